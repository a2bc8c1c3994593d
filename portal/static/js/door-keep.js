// Lays by the door's page and what it is made of, so that it opens without network; door-sw.js answers from it.

import { here } from "./door-page.js";

const SHELVES = "door:";
const SHELF = SHELVES + here;
const ADDRESS = new URL(here, location.href).href;
const KEPT_FOR = 3 * 86400 * 1000;   // as in door-sw.js

export async function keep(fresh) {
  if (!("serviceWorker" in navigator && "caches" in window)) return false;
  await navigator.serviceWorker.register("/door-sw.js", { scope: here });
  const { document: its } = fresh;
  if (parts(its) !== parts(document)) return true;   // a newer build: the one that runs here stays the one that is kept
  const shelf = await caches.open(SHELF);
  const had = new Set((await shelf.keys()).map((request) => request.url));
  const made = assets();
  await shelf.addAll(made.filter((url) => !had.has(url)));
  await shelf.put(ADDRESS, marked(fresh));
  const wanted = new Set([...made, ADDRESS]);
  await Promise.all([...had].filter((url) => !wanted.has(url)).map((url) => shelf.delete(url)));
  await clearOld();
  return true;
}

// Pages of other days go when their time is over, with the names on them.
async function clearOld() {
  for (const name of await caches.keys()) {
    if (!name.startsWith(SHELVES) || name === SHELF) continue;
    const page = await (await caches.open(name)).match(location.origin + name.slice(SHELVES.length));
    if (!page || Date.now() - Number(page.headers.get("Kept-At")) > KEPT_FOR) await caches.delete(name);
  }
}

// The scripts and stylesheets a page names, in one string to compare.
const parts = (its) =>
  [...its.querySelectorAll("script[src], link[rel=stylesheet]")].map((one) => one.getAttribute("src") || one.getAttribute("href")).join(" ");

// All that the page names, and what the browser fetched for it besides: fonts.
function assets() {
  const fetched = performance.getEntriesByType("resource").map((one) => one.name);
  const named = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon], link[rel=preload], link[rel=modulepreload]")].map((one) => one.src || one.href);
  return [...new Set([...fetched, ...named])].filter((url) => url.startsWith(`${location.origin}/static/`));
}

// The same answer with the moment on it; it is unpacked, so what says otherwise goes.
function marked({ text, headers }) {
  const kept = new Headers(headers);
  kept.delete("Content-Encoding");
  kept.delete("Content-Length");
  kept.set("Kept-At", String(Date.now()));
  return new Response(text, { headers: kept });
}
