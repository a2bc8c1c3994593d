// A quiz that cannot be lost: what is answered is kept in this browser at once and by the server a few seconds later, also
// when the page is left; without network one goes on, and everything arrives later, once. All of it works without this.

import { all, drop, isFleeting, of, put, same } from "./quiz-keep.js";
import { fetchOthers, fieldsOf, mark, page as pageOf, putBack } from "./quiz-pages.js";
import { sender } from "./quiz-send.js";
import { countdown } from "./quiz-time.js";

const QUIET = 2000;      // after the last change
const LONGEST = 10000;   // after the first one
const AGAIN = [2000, 5000, 10000, 20000, 30000];
const page = read(document);
const known = new Map();   // question → what the server stored last, and the fields that say so
let fields;                // of the form, as they were noted last
let timer;
let failures = 0;
let isLeaving = false;

const part = (name) => document.querySelector(`[data-quiz="${name}"]`);
const form = () => document.getElementById("asked");
const address = (number) => (number > page.count ? page.addresses.review : `${page.addresses.attempt}?q=${number}`);

function read(from) {
  return JSON.parse(from.getElementById("quiz").textContent);
}

page.saved = (question, news) => known.set(question, news);
const send = sender(page, show);
page.heard = countdown(() => part("left"), send.ask, timeIsUp);

// --- What stands in the form

function noted() {
  const now = fieldsOf(form());
  mark(form());
  if (same(now, fields)) return;
  fields = now;
  const waits = of(page.code, page.question);
  const item = waits || { question: page.question, number: page.number, base: page.stored, seq: page.seq, doubt: null };
  put(page.code, { ...item, fields: now, clash: null, refused: "", at: item.at || Date.now() });
  show("waiting");
  soon(Date.now() - (item.at || Date.now()) > LONGEST ? 0 : QUIET);
}

function soon(pause) {
  clearTimeout(timer);
  timer = setTimeout(flush, pause);
}

async function flush(asked) {
  clearTimeout(timer);
  const state = await send.flush(asked);
  const isUnheard = state === "offline" || state === "trouble";
  failures = isUnheard ? failures + 1 : 0;
  if (state === "closed") await leaveFor(page.to);
  else if (isUnheard) soon(AGAIN[Math.min(failures, AGAIN.length) - 1] * (0.75 + Math.random() / 2));
  else if (waiting().length) soon(QUIET);
  return state;
}

const waiting = () => all(page.code).filter((item) => !item.clash && !item.refused);

// --- What the person sees of it

function show(state, item) {
  const shown = part("state");
  if (!shown) return;
  const isElsewhere = item && item.question !== page.question && (state === "clash" || state === "refused");
  const said = page.said[isElsewhere ? `${state}_elsewhere` : state] || "";
  shown.querySelector("span").textContent = said.replace("{time}", page.at || "").replace("{number}", item ? item.number : "");
  shown.className = { saved: "is-ok", clash: "is-due", refused: "is-due", signed_out: "is-due" }[state] || "is-now";
  if (state === "refused" && !isElsewhere) shown.querySelector("span").textContent = item.refused;
  part("compare").hidden = state !== "clash" || isElsewhere;
  part("elsewhere").hidden = !isElsewhere;
  if (isElsewhere) part("elsewhere").href = address(item.number);
  part("sign-in").hidden = state !== "signed_out";
  drawMap();
}

function drawMap() {
  const cells = document.querySelectorAll(".qmap a");
  for (const { number, fields: given } of all(page.code)) cells[number - 1]?.classList.toggle("is-done", isAnswered(given));
  if (form()) cells[page.number - 1]?.classList.toggle("is-done", isAnswered(fieldsOf(form())));
}

const isAnswered = (given) => given.some(([, value]) => value.trim());

// --- Going on

async function go(number) {
  for (let tries = 0; tries < 4; tries += 1) {
    const state = await flush({ asked: page.question });
    if (state === "clash") return compare();
    if (state === "refused") return form().submit();   // the server says what is wrong with it
    if (state === "signed_out" || state === "closed") return undefined;
    if (state === "offline" || state === "trouble") return swap(number) || undefined;
    if (of(page.code, page.question)) continue;   // it was changed meanwhile
    return !navigator.onLine && swap(number) ? undefined : leaveFor(address(number));
  }
  return undefined;
}

async function leaveFor(to) {
  isLeaving = true;
  location.assign(to);
}

// The server shows both versions to who sends a form that is too old.
function compare() {
  const item = of(page.code, page.question);
  form().elements.seq.value = item ? item.seq : -1;
  form().elements.csrf_token.value = page.csrf;
  isLeaving = true;
  form().submit();
}

// Another question without network: as it was fetched, with what was answered since.
function swap(number) {
  const html = number <= page.count && pageOf(page.code, number);
  if (!html) return false;
  if (form()) known.set(page.question, { ...known.get(page.question), fields: fieldsOf(form()) });
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const { seq, stored, question } = read(fresh);
  Object.assign(page, { seq, stored, question, number }, known.get(question)?.seq > seq ? known.get(question) : {});
  const done = [...document.querySelectorAll(".qmap a")].map((cell) => cell.classList.contains("is-done"));
  document.getElementById("main").replaceChildren(...fresh.getElementById("main").childNodes);
  document.querySelectorAll(".qmap a").forEach((cell, at) => cell.classList.toggle("is-done", done[at]));
  document.title = fresh.title;
  if (String(number) !== new URLSearchParams(location.search).get("q")) history.pushState({ number }, "", address(number));
  begin();
  document.dispatchEvent(new Event("question"));
  scrollTo(0, 0);
  show("offline", of(page.code, question));
  document.querySelector("h1").focus();
  return true;
}

// --- The end

async function timeIsUp() {
  await send.flush();
  const submission = document.createElement("form");
  submission.method = "post";
  submission.action = page.addresses.submit;
  for (const [name, value] of [["csrf_token", page.csrf], ["seq", page.seq]]) {
    submission.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(submission);
  isLeaving = true;
  submission.submit();
}

async function submit(event) {
  if (!all(page.code).length) return;
  event.preventDefault();
  const closing = event.target;
  const state = await flush();
  if (state !== "saved" && state !== "idle") return;
  if (all(page.code).length) return;
  location.reload();   // what came late stands there now, and is seen before it is submitted
}

// --- Beginning

function begin() {
  part("compare").addEventListener("click", compare);
  for (const choice of document.querySelectorAll("[data-quiz='chosen'] a, [data-quiz='chosen'] button")) {
    choice.addEventListener("click", () => drop(page.code, page.question));
  }
  document.querySelector("form[data-quiz='submission']")?.addEventListener("submit", submit);
  if (!form()) return;
  const waits = of(page.code, page.question);
  const before = waits || known.get(page.question);
  if (before?.fields) putBack(form(), before.fields);
  fields = fieldsOf(form());
  form().addEventListener("input", noted);
  form().addEventListener("change", noted);
  form().addEventListener("submit", (event) => {
    event.preventDefault();
    noted();
    go(page.number + (event.submitter?.value === "prev" ? -1 : 1));
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const to = link && new URL(link.href);
  if (!link || !form() || event.defaultPrevented || event.metaKey || event.ctrlKey || to.pathname !== location.pathname || !to.searchParams.get("q")) return;
  event.preventDefault();
  noted();
  go(Number(to.searchParams.get("q")));
});

addEventListener("popstate", () => {
  const number = Number(new URLSearchParams(location.search).get("q")) || 1;
  if (!swap(number)) location.reload();
});
addEventListener("online", () => soon(0));
addEventListener("pagehide", () => { if (waiting().length) send.leave(); });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && waiting().length) send.leave();
  else if (waiting().length) soon(0);
});
// Asked only where this page is the one place that holds an answer.
addEventListener("beforeunload", (event) => { if (!isLeaving && isFleeting() && waiting().length) event.preventDefault(); });

begin();
page.heard(page.left);
const left = all(page.code);
if (left.length && !page.is_stale) {
  show("waiting", left[0]);
  soon(0);
}
setTimeout(() => fetchOthers(page), 3000);
