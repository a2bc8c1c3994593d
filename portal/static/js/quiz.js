// A quiz that cannot be lost: what is answered is kept in this browser at once and by the server a few seconds later, also
// when the page is left; without network one goes on, and everything arrives later, once. All of it works without this.

import { all, drop, isFleeting, of, put, same } from "./quiz-keep.js";
import { fetched, fetchOthers, fieldsAsTheyCame, fieldsOf, keep, kept, mark, putBack } from "./quiz-pages.js";
import { sender } from "./quiz-send.js";
import { countdown } from "./quiz-time.js";

const QUIET = 2000;      // after the last change
const LONGEST = 10000;   // after the first one
const AGAIN = [2000, 5000, 10000, 20000, 30000];
const page = read(document);
const known = new Map();   // question → what the server stored last, and the fields that say so
let fields;                // of the form, as they were noted last
let timer;
let wanted;              // the page somebody asked for that has not come yet
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
    if (of(page.code, page.question) && state === "saved") continue;   // it was changed meanwhile
    return turnTo(number);
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

// Another page of the attempt, as it is now or, without network, as it was with what was answered since; without the
// server's answer nothing of this page is given up.
async function turnTo(number) {
  const { html, elsewhere } = await fetched(address(number));
  if (elsewhere) return leaveFor(elsewhere);
  if (html && !html.includes('id="quiz"')) return leaveFor(address(number));
  if (html) keep(page.code, number, html);
  const before = html || kept(page.code, number);
  clearTimeout(wanted);
  if (before) return place(number, before, Boolean(html));
  show("offline", null);
  wanted = setTimeout(() => turnTo(number), AGAIN[0]);
  return undefined;
}

function place(number, html, isFresh) {
  if (form()) known.set(page.question, { ...known.get(page.question), fields: fieldsOf(form()) });
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const { seq, stored, question, csrf, left } = read(fresh);
  const since = !isFresh && known.get(question)?.seq > seq ? known.get(question) : {};
  Object.assign(page, { seq, stored, question, number: number > page.count ? 0 : number, ...since });
  const done = isFresh ? [] : [...document.querySelectorAll(".qmap a")].map((cell) => cell.classList.contains("is-done"));
  document.getElementById("main").replaceChildren(...fresh.getElementById("main").childNodes);
  done.forEach((one, at) => document.querySelectorAll(".qmap a")[at]?.classList.toggle("is-done", one));
  document.title = fresh.title;
  if (address(number) !== location.pathname + location.search) history.pushState({}, "", address(number));
  if (isFresh) { known.delete(question); page.csrf = csrf; page.heard(left); }
  begin();
  document.dispatchEvent(new Event("question"));
  scrollTo(0, 0);
  if (!isFresh) show("offline", null);
  document.querySelector("h1").focus({ preventScroll: true });
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
  const state = await flush();
  if (state !== "saved" && state !== "idle") return;
  turnTo(page.count + 1);   // what came late stands there now, and is seen before it is submitted
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
  fields = before?.fields ? fieldsOf(form()) : fieldsAsTheyCame(form());
  form().addEventListener("input", noted);
  form().addEventListener("change", noted);
  form().addEventListener("submit", (event) => {
    event.preventDefault();
    noted();
    go(page.number + (event.submitter?.value === "prev" ? -1 : 1));
  });
  noted();   // on a slow line somebody answers before this script has come
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const number = link && numberAt(new URL(link.href));
  if (!number || event.defaultPrevented || event.metaKey || event.ctrlKey || link.closest("[data-quiz='chosen']")) return;
  event.preventDefault();
  if (form()) noted();
  go(number);
});

// Which page of this attempt an address is; 0 for any other.
function numberAt({ pathname, searchParams }) {
  if (pathname === page.addresses.review) return page.count + 1;
  return pathname === page.addresses.attempt ? Number(searchParams.get("q")) || 0 : 0;
}

addEventListener("popstate", () => {
  turnTo(numberAt(new URL(location.href)) || first);
});
addEventListener("online", () => soon(0));
addEventListener("pagehide", () => { if (waiting().length) send.leave(); });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden" && waiting().length) send.leave();
  else if (waiting().length) soon(0);
});
// Asked only where this page is the one place that holds an answer.
addEventListener("beforeunload", (event) => { if (!isLeaving && isFleeting() && waiting().length) event.preventDefault(); });

const first = page.number || page.count + 1;
if (!page.is_stale) keep(page.code, first, document.documentElement.outerHTML);
begin();
page.heard(page.left);
const left = all(page.code);
if (left.length && !page.is_stale) {
  show("waiting", left[0]);
  flush().then((state) => { if (state === "saved" && !form()) turnTo(page.count + 1); });   // the review counts them too
}
setTimeout(() => fetchOthers(page), 3000);
