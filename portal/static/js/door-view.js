// Draws what a door knows: the last mark, what waits in this browser, the latest scans, and the count. It decides nothing.

import { moment } from "./door-clock.js";
import { spaced } from "./door-ticket.js";

const MOST_LINES = 40;
const words = JSON.parse(document.getElementById("door-words").textContent);

export const part = (name) => document.querySelector(`[data-door="${name}"]`);

// A sentence of the page's language with {name} filled in.
export const say = (name, values = {}) => (words[name] || name).replace(/\{(\w+)\}/g, (_all, key) => values[key]);

const time = (item) => moment(item).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Bangkok" });

const SIGNS = { waiting: "wait", noted: "check", known: "check", refused: "cross" };
const TAGS = { waiting: "tag-now", noted: "tag-ok", known: "tag-ok", refused: "tag-due" };

function sign(name) {
  return part(`sign-${name}`).content.firstElementChild.cloneNode(true);
}

function element(tag, kind, ...inside) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.append(...inside);
  return made;
}

const title = (item) => item.name || (item.ticket ? spaced(item.ticket) : say("unknown"));
const subtitle = (item) => [item.agency, item.state !== "noted" && item.message, item.how && say(item.how)].filter(Boolean).join(" · ");

// The agency, and why it is not simply noted; of a name that is not known yet that it will be.
function explained(item) {
  const why = item.state === "noted" ? "" : item.message;
  const texts = [item.agency, why].filter(Boolean);
  if (!item.name && item.state === "waiting") texts.push(say("mark_waiting"));
  return texts.flatMap((text, at) => (at ? [document.createElement("br"), text] : [text]));
}

// The last scan, on top and read aloud.
export function showMark(item) {
  const what = element("div", "", element("b", "", title(item)), document.createElement("br"), ...explained(item));
  const when = element("time", "", say("at", { time: time(item) }));
  when.dateTime = moment(item).toISOString();
  const mark = element("div", `mark is-${item.state}`, sign(SIGNS[item.state]), what, when);
  part("mark").replaceChildren(mark);
}

function line(item, { putAway, again }) {
  const state = element("span", `tag ${TAGS[item.state]}`, sign(SIGNS[item.state]), say(`tag_${item.state}`, { time: time(item) }));
  const what = element("span", "", element("b", "", title(item)), document.createElement("br"), element("span", "meta", subtitle(item)));
  const row = element("li", "row apart", what, state);
  row.dataset.key = item.key;
  if (item.state === "refused") {
    row.append(element("span", "row acts", button("again", title(item), () => again(item)), button("put_away", title(item), () => putAway(item))));
  }
  return row;
}

// How to find the same button of the same line again, where this is one.
function placeOf(active) {
  const row = active && part("lines").contains(active) && active.closest("li");
  return row && active.value && `li[data-key="${row.dataset.key}"] button[value="${active.value}"]`;
}

function button(word, of, act) {
  const made = element("button", "btn btn-quiet", say(word), element("span", "vh", ` ${of}`));
  made.type = "button";
  made.value = word;
  made.addEventListener("click", act);
  return made;
}

let drawn = "";

// What was refused stands on top until somebody puts it away; then the latest. Drawn only when something changed, or
// whoever stands on one of its buttons by keyboard would lose the place.
export function showLines(items, acts) {
  const now = JSON.stringify(items);
  if (now === drawn) return;
  drawn = now;
  const refused = items.filter((item) => item.state === "refused");
  const others = items.filter((item) => item.state !== "refused");
  const shown = [...refused.reverse(), ...others.reverse()];
  const place = placeOf(document.activeElement);
  part("lines").replaceChildren(...shown.slice(0, MOST_LINES).map((item) => line(item, acts)));
  if (place) part("lines").querySelector(place)?.focus();
  part("more").hidden = shown.length <= MOST_LINES;
  part("more").textContent = say("more", { count: shown.length - MOST_LINES });
  part("recent").hidden = !shown.length;
}

// The band about the network and what waits; gone when there is nothing to say.
export function showQueue({ waiting, link, message, isFleeting }) {
  const isFine = link === "online" || link === "unknown";
  const state = isFleeting ? "fleeting" : isFine ? "sending" : link;
  part("queue").hidden = isFine && !waiting && !isFleeting;
  part("queue").dataset.link = state;
  write("queue-title", say(`title_${state}`));
  write("queue-text", [waiting ? say("waits", { count: waiting }) : "", say(`text_${state}`), link === "trouble" && message].filter(Boolean).join(" "));
  part("sign-in").hidden = link !== "signed-out";
  part("badge").hidden = !waiting;
  write("badge-count", waiting);
}

export function showCounts({ came, seats }) {
  write("came", came);
  write("seats", seats);
}

// Only what changed, or a screen reader would say it again.
function write(name, text) {
  const where = part(name);
  if (where && where.textContent !== String(text)) where.textContent = text;
}
