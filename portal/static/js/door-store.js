// Where scans wait in this browser: IndexedDB, else local storage with each scan under a key of its own (so that two tabs
// never write over each other), else only this page, which then says so. What was put is on the disk when `put` is done.

const PATIENCE = 3000;   // Safari 14 sometimes never opens its IndexedDB
const REST = 30000;      // and is not asked again for so long
const MARK = "door:";
const fleeting = new Map();
let database;
let closedUntil = 0;

function opened() {
  if (performance.now() < closedUntil) return Promise.reject(new Error("IndexedDB did not open"));
  database ||= new Promise((yes, no) => {
    const shut = () => {
      closedUntil = performance.now() + REST;
      no(new Error("IndexedDB does not open"));
    };
    const late = setTimeout(shut, PATIENCE);
    const asked = indexedDB.open("door", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("scans", { keyPath: "key" });
    asked.onerror = shut;
    asked.onsuccess = () => {
      clearTimeout(late);
      asked.result.onversionchange = () => asked.result.close();
      yes(asked.result);
    };
  });
  return database;
}

// Runs `work` on the scans in one transaction and waits until the disk has it; a connection that was closed is opened anew.
async function inDatabase(mode, work, again = true) {
  try {
    const scans = (await opened()).transaction("scans", mode, { durability: "strict" });
    const asked = work(scans.objectStore("scans"));
    await new Promise((yes, no) => {
      scans.oncomplete = yes;
      scans.onerror = scans.onabort = () => no(scans.error);
    });
    return asked && asked.result;
  } catch (failed) {
    database = undefined;
    if (again && failed.name === "InvalidStateError") return inDatabase(mode, work, false);
    throw failed;
  }
}

const inIndexedDB = {
  all: () => inDatabase("readonly", (scans) => scans.getAll()),
  put: (items) => inDatabase("readwrite", (scans) => { for (const item of items) scans.put(item); }),
  remove: (keys) => inDatabase("readwrite", (scans) => { for (const key of keys) scans.delete(key); }),
};

const inLocalStorage = {
  async all() {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(MARK));
    return names.map((name) => JSON.parse(localStorage.getItem(name))).filter(Boolean);
  },
  async put(items) { for (const item of items) localStorage.setItem(MARK + item.key, JSON.stringify(item)); },
  async remove(keys) { for (const key of keys) localStorage.removeItem(MARK + key); },
};

const inThisPage = {
  async all() { return [...fleeting.values()]; },
  async put(items) { for (const item of items) fleeting.set(item.key, item); },
  async remove(keys) { for (const key of keys) fleeting.delete(key); },
};

const PLACES = [inIndexedDB, inLocalStorage, inThisPage];

// Every scan there is, wherever it was put, oldest first. Of one that lies in two places the settled one counts.
export async function all() {
  const found = new Map();
  for (const place of PLACES) {
    for (const item of await place.all().catch(() => [])) {
      if (!found.has(item.key) || found.get(item.key).state === "waiting") found.set(item.key, item);
    }
  }
  return [...found.values()].sort((a, b) => a.wall - b.wall);
}

// Tells the other tabs of this browser that something changed, where it can.
const others = "BroadcastChannel" in self && new BroadcastChannel("door");

const tell = () => others && others.postMessage("changed");

export function onOthers(changed) {
  if (others) others.onmessage = changed;
}

// Done when these scans lie in the best place that takes them, and in no worse one.
export async function put(items) {
  for (const [at, place] of PLACES.entries()) {
    try {
      await place.put(items);
    } catch (full) {
      continue;   // the next place
    }
    for (const worse of PLACES.slice(at + 1)) await worse.remove(items.map((item) => item.key)).catch(() => undefined);
    tell();
    return;
  }
}

// Whether something waits that would be lost with this page.
export const isFleeting = () => [...fleeting.values()].some((item) => item.state === "waiting");

export async function remove(keys) {
  for (const place of PLACES) await place.remove(keys).catch(() => undefined);
  tell();
}
