// Lays a lesson by when it is opened, so that it opens again without network (learn-sw.js). It is asked for anew without
// cookies, as somebody signed out reads it: no name, no progress and no note is ever kept.

const SHELF = "lessons", PARTS = "lesson-parts", NONE = "/learn/offline";
const MOST_LESSONS = 200, MOST_PARTS = 600;

const kept = document.querySelector("[data-kept-lessons]");
if ("serviceWorker" in navigator && "caches" in window) {
  if (kept) list().catch(console.warn);
  else if (!document.body.classList.contains("is-kept")) keep().catch(() => undefined);   // without network there is nothing to keep
}

async function keep() {
  await navigator.serviceWorker.register("/learn/sw.js", { scope: "/learn/" });
  const shelf = await caches.open(SHELF);
  const own = !document.querySelector("[data-place]");   // nobody is signed in: this very page, which the browser has
  for (const path of [location.pathname, NONE]) {
    if (path === NONE && (await shelf.match(NONE, { ignoreVary: true }))) continue;
    const answer = await fetch(path, { credentials: "omit", cache: own ? "force-cache" : "no-cache" });
    const text = await answer.clone().text();
    if (answer.status !== 200 || answer.redirected || text.includes("csrf_token")) continue;
    await parts(text);
    await shelf.put(path, answer);
  }
  await cut(shelf, MOST_LESSONS);
  await cut(await caches.open(PARTS), MOST_PARTS);
}

// All that the page is made of, and the fonts that its stylesheets had fetched.
async function parts(text) {
  const its = new DOMParser().parseFromString(text, "text/html");
  const named = [...its.querySelectorAll("script[src], img[src], link[rel=stylesheet], link[rel=icon], link[rel=preload]")].map((one) => one.getAttribute("src") || one.getAttribute("href"));
  const fetched = performance.getEntriesByType("resource").map((one) => one.name).filter((url) => url.endsWith(".woff2"));
  const urls = [...named, ...fetched].map((url) => new URL(url, location.href)).filter((url) => url.origin === location.origin);
  const shelf = await caches.open(PARTS);
  await Promise.all([...new Set(urls.map(String))].map(async (url) => {
    const answer = await fetch(url, { credentials: "omit", cache: "force-cache" });
    if (answer.ok) await shelf.put(url, answer);
  }));
}

async function cut(shelf, most) {
  const keys = await shelf.keys();
  const old = keys.filter((one) => new URL(one.url).pathname !== NONE).slice(0, Math.max(0, keys.length - most));
  await Promise.all(old.map((one) => shelf.delete(one)));
}

// On the page that stands in for a lesson that was never opened here: those that were.
async function list() {
  const shelf = await caches.open(SHELF);
  for (const one of await shelf.keys()) {
    const path = new URL(one.url).pathname;
    if (path === NONE) continue;
    const its = new DOMParser().parseFromString(await (await shelf.match(one, { ignoreVary: true })).text(), "text/html");
    const link = Object.assign(document.createElement("a"), { href: path, textContent: its.querySelector("h1").textContent });
    const item = document.createElement("li");
    item.append(link);
    kept.append(item);
  }
}
