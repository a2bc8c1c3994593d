// The door of a session: takes tickets by camera and by typed code, with network or without, and shows what became of them.

import { camera } from "./door-camera.js";
import { isSure, learn, moment, stamp } from "./door-clock.js";
import { keep } from "./door-keep.js";
import { ask } from "./door-net.js";
import { here, holder, known, linkOf, noted, renew } from "./door-page.js";
import { sender } from "./door-send.js";
import { all, isFleeting, onOthers, put, remove } from "./door-store.js";
import { read } from "./door-ticket.js";
import { part, say, showCounts, showLines, showMark, showQueue } from "./door-view.js";

const EVERY = 15000;                // milliseconds between two looks at the count
const STALE = 600000;               // and of a roster that is laid by, or, when the network comes back,
const AGED = 30000;
const SHOWN_FOR = 12 * 3600 * 1000; // what was sent leaves the list after so long
const CAME = ["attended", "partial"];

const state = { link: "unknown", message: "" };
const send = sender({ changed, hear });

function changed(news) {
  if (news.link === "online" && state.link !== "online") refresh();
  if (news.link) Object.assign(state, { link: news.link, message: news.message || "" });
  if (news.counts) showCounts(news.counts);
  for (const item of news.news || []) if (item.key === last) showMark(item);
  draw();
}

let last;   // key of the scan that stands on top

// A scan is on the disk before anybody is told that it was taken.
async function take(text, how) {
  const found = read(text, known(here).workshop);
  const item = { key: newKey(), page: here, text, how, state: "waiting", ...stamp(), ...found };
  last = item.key;
  if (!found) return refuse(item, say("no_ticket"));
  if (found.elsewhere) return refuseForGood(item);
  const { state: before, ...person } = holder(found.ticket) || {};
  Object.assign(item, person);
  await put([item]);
  showMark({ ...item, message: CAME.includes(before) ? say("came_before") : outside(item) });
  feel(60);
  noted(found.ticket);
  draw();
  send();
}

// What the server will most likely say of a scan outside the hours of its session: it decides when it hears of it.
function outside(item) {
  const { opens, closes, off } = known(here);
  if (off) return say("is_off");
  if (!isSure(item)) return "";
  return moment(item) < new Date(opens) ? say("too_early") : moment(item) > new Date(closes) ? say("too_late") : "";
}

function refuse(item, message) {
  showMark({ ...item, state: "refused", message });
  feel([60, 60, 60]);
}

// A ticket of another workshop stays on the list, once.
async function refuseForGood(item) {
  const message = say("elsewhere");
  refuse(item, message);
  if ((await all()).some((one) => one.state === "refused" && one.text === item.text)) return;
  await put([{ ...item, state: "refused", message }]);
  draw();
}

const feel = (pattern) => navigator.vibrate && navigator.vibrate(pattern);

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function draw() {
  const items = await all();
  const waiting = items.filter((item) => item.state === "waiting");
  remind(waiting[0]);
  showQueue({ ...state, waiting: waiting.length, isFleeting: isFleeting() });
  showLines(items, {
    putAway: (item) => remove([item.key]).then(draw).then(() => part("code").focus()),
    again: (item) => put([{ ...item, state: "waiting", message: "" }]).then(send),
  });
}

// The organizer's other pages lead back to a door with something in it (page.js).
function remind(item) {
  try {
    if (item) localStorage.setItem("door-waits", item.page);
    else localStorage.removeItem("door-waits");
  } catch (closed) { /* then they do not */ }
}

// Asks how many came: that is also how a door learns that the network is back, what time it is, and its token.
async function hear() {
  const asked = Date.now();
  const door = known(here);
  const answer = await ask(door.addresses.counts);
  const { now, counts, csrf } = answer.said;
  const link = answer.status === 200 && !now ? "trouble" : linkOf(answer);   // somebody else's page, before one may go online
  if (link === "online") {
    learn(now, asked);
    door.csrf = csrf;
  }
  changed({ counts, link });
  return link;
}

// What was sent long ago leaves the list; what waits or was refused never does by itself.
async function tidy() {
  const old = (await all()).filter((item) => item.settled < Date.now() - SHOWN_FOR && item.state !== "refused");
  await remove(old.map((item) => item.key));
}

let refreshedAt = -Infinity;

// The page is laid by as it stands now, with a roster of now, whenever the network is there (again).
async function refresh(age = AGED) {
  if (performance.now() - refreshedAt < age) return;
  const before = refreshedAt;
  refreshedAt = performance.now();
  const { fresh } = await renew(here);
  if (!fresh) return void (refreshedAt = before);
  part("unkept").hidden = await keep(fresh).catch(() => false);
}

// The count every few seconds while somebody looks; whoever comes back from a pause is up to date at once.
async function watch() {
  if (document.hidden || (await hear()) !== "online") return;
  refresh(STALE);
  send();
}

function typing() {
  const field = part("code");
  part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) take(field.value, "by_code");
    field.value = "";
    field.focus();
  });
}

// The camera is on while somebody wants it and looks at the page, also after the page was loaded anew.
function seeing() {
  const video = part("video");
  const torch = part("torch");
  const eye = camera(video, {
    frames: known(here).addresses.frames,
    csrf: () => known(here).csrf,
    isOnline: () => state.link === "online" || state.link === "unknown",
    seen: (text) => take(text, "by_qr"),
  });
  let isLit = false;

  // One after the other: a camera that is still being opened cannot be closed.
  let done = Promise.resolve();
  const set = (on) => (done = done.then(() => turn(on)));

  async function turn(on) {
    if (on) await eye.start().catch(refused);
    if (!on || document.hidden) eye.stop();
    lit(false);
    part("finder").hidden = !eye.isOn();
    says("camera-word", eye.isOn() ? "camera_off" : "camera_on");
    torch.hidden = !eye.hasTorch();
  }

  function lit(on) {
    isLit = on;
    torch.setAttribute("aria-pressed", String(on));
  }

  function refused(no) {
    eye.stop();
    wish(false);
    says("camera-says", no.name === "NotAllowedError" ? "no_leave" : "no_camera");
  }

  if (!navigator.mediaDevices) return says("camera-says", "no_camera");
  part("camera-row").hidden = false;
  part("camera").addEventListener("click", () => {
    wish(!eye.isOn());
    set(!eye.isOn());
  });
  torch.addEventListener("click", () => {
    lit(!isLit);
    eye.light(isLit).catch(() => lit(false));
  });
  document.addEventListener("visibilitychange", () => { if (isWished()) set(!document.hidden); });
  if (isWished()) set(true);
}

function says(name, word) {
  part(name).hidden = false;
  if (part(name).textContent !== say(word)) part(name).textContent = say(word);
}

const WISH = "door-camera";

function wish(on) {
  part("camera-says").hidden = true;
  try { sessionStorage.setItem(WISH, on ? "on" : ""); } catch (closed) { /* asked again on the next page */ }
}

function isWished() {
  try { return sessionStorage.getItem(WISH) === "on"; } catch (closed) { return false; }
}

async function begin() {
  part("before").hidden = true;   // the server's list is as old as the page
  typing();
  seeing();
  onOthers(draw);
  part("send").addEventListener("click", () => watch().then(send));
  addEventListener("online", () => watch().then(send));
  addEventListener("offline", () => changed({ link: "offline" }));
  document.addEventListener("visibilitychange", watch);
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => undefined);
  await tidy();
  const latest = (await all()).filter((item) => item.page === here).pop();
  if (latest) showMark(latest);
  await draw();
  await watch();
  send();
  setInterval(watch, EVERY);
}

begin();
