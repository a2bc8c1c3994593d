// Sends what waits to the server, in batches, until the server has said of every scan what became of it. A scan leaves
// the state "waiting" only by such an answer: no answer, half an answer or an error page leave it where it is. Sending
// twice does no harm, for the server notes each key once.

import { ago, learn } from "./door-clock.js";
import { ask } from "./door-net.js";
import { known, linkOf, renew } from "./door-page.js";
import { all, put } from "./door-store.js";

const MOST = 50;               // scans in a request; the server takes 200
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60000;
const A_WHILE = 10000;
const SETTLED = ["noted", "known", "refused"];

// `changed` is told what became of scans and of the way to the server; `hear` asks the server for the time and that alone.
export function sender({ changed, hear }) {
  let size = MOST;
  let pause = FIRST_PAUSE;
  let timer;
  let running = false;
  const failures = new Map();   // key → how often the server broke down over it

  // One round: everything that waits, batch by batch, until it is sent or something stands in the way. What breaks the
  // server is found by sending less at a time, until single scans fail one after the other: then it is no matter of them.
  async function round() {
    let alone = 0;
    for (let isFirst = true; alone < 2; isFirst = false) {
      const batch = nextBatch(await all(), failures, size);
      if (!batch.length) return;
      // How long ago a scan was is only known when the clock of this phone was not set since the server was last heard.
      const heard = isFirst && isOld(batch[0]) ? await hear() : "online";
      if (heard !== "online") return tell(heard);
      const { link, message } = await deliver(batch);
      tell(link, message);
      if (link !== "online" && link !== "trouble") return;
      alone = link === "online" ? 0 : alone + (batch.length === 1 ? 1 : 0);
    }
  }

  async function deliver(batch) {
    const { page } = batch[0];
    let found = known(page) ? { link: "online", door: known(page) } : await renew(page);
    let answer = found.door && (await post(found.door, batch));
    if (answer && (answer.status === 400 || answer.status === 409)) {   // older than this sign-in: take its tokens anew
      found = await renew(page);
      answer = found.door && (await post(found.door, batch));
    }
    if (answer && (await settle(batch, answer))) {
      size = Math.min(MOST, size * 2);
      return { link: "online" };
    }
    const said = answer ? linkOf(answer) : found.link;
    const link = said === "online" ? "trouble" : said;   // an answer that says nothing of these scans is none
    if (link === "trouble") {   // one scan that breaks the server must not hold up the others
      for (const { key } of batch) failures.set(key, (failures.get(key) || 0) + 1);
      size = Math.max(1, Math.floor(batch.length / 2));
    }
    return { link, message: answer && answer.said.message };
  }

  async function post(door, batch) {
    const asked = Date.now();
    const scans = batch.map((item) => ({ key: item.key, text: item.text, ago_ms: ago(item) }));
    const answer = await ask(door.addresses.scans, { csrf: door.csrf, json: { scans, door: door.door } });
    learn(answer.said.now, asked);
    return answer;
  }

  // Keeps what the server said of these scans; true when it said something of at least one.
  async function settle(batch, { status, said }) {
    const outcomes = status === 200 && Array.isArray(said.outcomes) ? said.outcomes : [];
    const mine = new Map(batch.map((item) => [item.key, item]));
    const news = outcomes
      .filter((one) => mine.has(one.key) && SETTLED.includes(one.state))
      .map((one) => ({ ...mine.get(one.key), ...shown(one), settled: Date.now() }));
    if (!news.length) return false;
    await put(news);
    changed({ counts: said.counts, news });
    return true;
  }

  function tell(link, message = "") {
    pause = link === "online" ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, pause * 1.5);
    changed({ link, message });
  }

  // Sends now; in one tab at a time where the browser can keep the others out.
  async function send() {
    clearTimeout(timer);
    if (running) return;
    running = true;
    try {
      await inOneTab(round);
    } catch (failed) {
      console.warn(failed);
    } finally {
      running = false;
      changed({});
      const waits = (await all()).some((item) => item.state === "waiting");
      if (waits) timer = setTimeout(send, pause * (0.75 + Math.random() / 2));
    }
  }

  return send;
}

const isOld = (item) => Date.now() - item.wall > A_WHILE || Date.now() < item.wall;

// What goes next: of one door page, what failed least first, then the oldest.
function nextBatch(items, failures, size) {
  const often = (item) => failures.get(item.key) || 0;
  const waiting = items.filter((item) => item.state === "waiting").sort((a, b) => often(a) - often(b) || a.wall - b.wall);
  const first = waiting[0];
  return waiting.filter((item) => item.page === first.page && often(item) === often(first)).slice(0, size);
}

const shown = ({ state, ticket, name, agency, message }) => ({
  state,
  message: message || "",
  ...(ticket ? { ticket } : {}),
  ...(name ? { name, agency } : {}),
});

const inOneTab = (work) =>
  navigator.locks ? navigator.locks.request("door", { ifAvailable: true }, (lock) => (lock ? work() : null)) : work();
