// Lays by the door's page and what it is made of, so that it opens without network; door-sw.js answers from it.

const SHELF = `door:${location.pathname}`;

export async function keep(fresh) {
  if (!("serviceWorker" in navigator && "caches" in window)) return false;
  await navigator.serviceWorker.register("/door-sw.js", { scope: location.pathname });
  const { document: its } = fresh;
  if (parts(its) !== parts(document)) return true;   // a newer build: the one that runs here stays the one that is kept
  const shelf = await caches.open(SHELF);
  const had = new Set((await shelf.keys()).map((request) => request.url));
  const made = assets();
  await shelf.addAll(made.filter((url) => !had.has(url)));
  await shelf.put(location.href.split("#")[0], marked(fresh));
  const wanted = new Set([...made, location.href.split("#")[0]]);
  await Promise.all([...had].filter((url) => !wanted.has(url)).map((url) => shelf.delete(url)));
  return true;
}

// The scripts and stylesheets a page names, in one string to compare.
const parts = (its) =>
  [...its.querySelectorAll("script[src], link[rel=stylesheet]")].map((one) => one.getAttribute("src") || one.getAttribute("href")).join(" ");

// All that the browser fetched for this page: modules that modules asked for and fonts too.
function assets() {
  const fetched = performance.getEntriesByType("resource").map((one) => one.name);
  const named = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon]")].map((one) => one.src || one.href);
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
