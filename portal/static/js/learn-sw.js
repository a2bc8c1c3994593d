// Opens lessons without network from what offline.js laid by: pages as they are for somebody signed out, and what they are
// made of. It stores nothing itself, and of everything else under /learn it keeps out of the way.

const SHELF = "lessons", PARTS = "lesson-parts", NONE = "/learn/offline";
const PATIENCE = 4000;   // a network that does not answer in so many milliseconds is taken for none
const LESSON = /^\/learn\/[\w-]+\/(?!files\/|notes\/)[\w-]+\/(?!quiz$)[\w-]+$/;
const PART = /^\/static\/|^\/learn\/[\w-]+\/files\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && LESSON.test(pathname)) event.respondWith(lesson(request, pathname));
  else if (PART.test(pathname)) event.respondWith(part(request));
});

async function lesson(request, pathname) {
  const shelf = await caches.open(SHELF);
  const kept = await shelf.match(pathname, { ignoreVary: true });
  const fresh = fetch(request);
  const late = kept ? new Promise((done) => setTimeout(done, PATIENCE)) : new Promise(() => undefined);
  const answer = await Promise.race([fresh, late]).catch(() => undefined);
  if (answer && (answer.status < 500 || !kept)) return answer;   // a way to the sign-in page has status 0 and passes
  const none = kept || (await shelf.match(NONE, { ignoreVary: true }));
  return none ? marked(none) : fresh;
}

// The page says that it comes from this device.
async function marked(kept) {
  const text = (await kept.text()).replace("<body>", "<body class=\"is-kept\">");
  return new Response(text, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": kept.headers.get("Content-Security-Policy") || "default-src 'self'" } });
}

async function part(request) {
  const parts = await caches.open(PARTS);
  return (await parts.match(request.url, { ignoreVary: true })) || fetch(request);
}
