// Keeps a check-in door open without network: answers for its page and what that is made of from what the page laid by
// (door-keep.js). Scans are none of its business: they wait in the page's own store and go out from there.

const PATIENCE = 4000;              // a network that does not answer in so many milliseconds is taken for none
const KEPT_FOR = 3 * 86400 * 1000;  // a page with names on it is not kept longer than the days of a workshop

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(pageOf(request));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(assetOf(request));
});

async function pageOf(request) {
  const kept = await keptPage(request.url);
  const fresh = fetch(request);
  if (!kept) return fresh;
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  const answer = await Promise.race([fresh, late]).catch(() => undefined);
  return answer && answer.status < 500 ? answer : kept;   // a way to the sign-in page has status 0 and passes
}

async function keptPage(url) {
  const kept = await caches.match(url, { ignoreVary: true, ignoreSearch: true });
  return kept && Date.now() - Number(kept.headers.get("Kept-At")) < KEPT_FOR ? kept : undefined;
}

async function assetOf(request) {
  return (await caches.match(request.url, { ignoreVary: true })) || fetch(request);
}
