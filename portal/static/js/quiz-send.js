// Sends what waits in quiz-keep until the server has acknowledged it. An answer that is sent again does no harm: what is
// stored already adds nothing. A step that another page made in between is no clash as long as it left this question alone.

import { all, drop, of, put, same } from "./quiz-keep.js";

const PATIENCE = 15000;
const MOST_TRIES = 6;   // as other pages may go on saving meanwhile

// `page` is what the server told of the attempt, with `seq` and `csrf` as they are now; `told` hears what became of each try.
export function sender(page, told) {
  let running;

  // All that waits, one question after the other: "idle", "saved", "offline", "trouble", "signed_out", "closed",
  // "refused" or "clash" (of the question that is asked now; of others it is told).
  function flush({ asked = "" } = {}) {
    running = (running || Promise.resolve()).then(() => round(asked)).catch((failed) => { console.warn(failed); return "trouble"; });
    return running;
  }

  async function round(asked) {
    let came = "idle";
    for (const item of all(page.code)) {
      if ((item.clash || item.refused) && item.question !== page.question) continue;
      const state = await deliver(item.question, item.question === asked);
      if (state === "clash" || state === "refused") {
        told(state, of(page.code, item.question));
        if (item.question === page.question) came = state;
      } else if (state === "saved") {
        if (came === "idle") came = "saved";
      } else {
        told(state, item);
        return state;
      }
    }
    if (came === "saved") told("saved", null);
    return came;
  }

  async function deliver(question, asked) {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const item = of(page.code, question);
      if (!item) return "saved";
      // What may have arrived goes first, just as it was: then the server says so.
      const fields = item.doubt || item.fields;
      put(page.code, { ...item, doubt: fields, clash: null, refused: "" });
      const answer = await post({ seq: item.seq, asked, fields: { [question]: fields } });
      const state = settled(item, fields, answer);
      if (state !== "again") return state;
    }
    return "trouble";
  }

  // What the answer means for what waits; "again" where something is left to be sent.
  function settled(before, fields, { status, said }) {
    const { question } = before;
    const item = of(page.code, question);
    if (status === 200) {
      page.at = said.at;
      page.heard(said.left);
      const stored = said.stored[question];
      if (question === page.question) Object.assign(page, { seq: said.seq, stored });
      page.saved(question, { seq: said.seq, stored, fields });
      if (!item || same(item.fields, fields)) { drop(page.code, question); return "saved"; }
      put(page.code, { ...item, doubt: null, seq: said.seq, base: stored });
      return same(item.fields, before.fields) ? "again" : "saved";   // what was typed meanwhile has its own turn
    }
    if (!item) return "saved";   // another tab settled it
    if (status === 409 && said.state === "stale") return stale(item, said);
    if (status === 409 && said.state === "closed") { page.to = said.to; return "closed"; }
    if (status === 422) {
      const isLast = same(item.fields, fields);
      put(page.code, { ...item, doubt: null, refused: isLast ? said.message : "" });
      return isLast ? "refused" : "again";
    }
    if (status === 401) return "signed_out";
    return status ? "trouble" : "offline";
  }

  function stale(item, said) {
    const isOurs = same(said.stored[item.question], item.base);   // nobody touched it since it was asked here
    if (isOurs) { put(page.code, { ...item, doubt: null, seq: said.seq }); return "again"; }
    if (item.doubt && !same(item.doubt, item.fields)) { put(page.code, { ...item, doubt: null }); return "again"; }
    put(page.code, { ...item, doubt: null, clash: said.message });
    return "clash";
  }

  async function post(body, again = true) {
    const cancel = new AbortController();
    const late = setTimeout(() => cancel.abort(), PATIENCE);
    try {
      const response = await fetch(page.addresses.autosave, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": page.csrf },
        body: JSON.stringify(body),
        signal: cancel.signal,
      });
      const said = await response.json().catch(() => ({}));
      if (response.status === 400 && again && (await renewed())) return post(body, false);
      return { status: response.status, said };
    } catch (gone) {
      return { status: 0, said: {} };
    } finally {
      clearTimeout(late);
    }
  }

  // The token of the form is older than this sign-in: a fresh page has the one of now.
  async function renewed() {
    const response = await fetch(page.addresses.attempt).catch(() => null);
    const fresh = response && response.ok && new DOMParser().parseFromString(await response.text(), "text/html").getElementById("quiz");
    if (!fresh) return false;
    page.csrf = JSON.parse(fresh.textContent).csrf;
    return true;
  }

  // As the page goes there is no waiting for an answer: what waits stays kept, and sent twice it does no harm.
  function leave() {
    for (const item of all(page.code)) {
      if (item.clash || item.refused) continue;
      put(page.code, { ...item, doubt: item.doubt || item.fields });
      const body = JSON.stringify({ seq: item.seq, fields: { [item.question]: item.doubt || item.fields } });
      if ("keepalive" in Request.prototype) {
        const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": page.csrf };
        fetch(page.addresses.autosave, { method: "POST", headers, body, keepalive: true }).catch(() => undefined);
      } else if (navigator.sendBeacon) {
        const form = new FormData();
        form.append("csrf_token", page.csrf);
        form.append("autosave", body);
        navigator.sendBeacon(page.addresses.autosave, form);
      }
    }
  }

  // How many seconds are left, as the server says; undefined when it does not answer.
  async function ask() {
    const { status, said } = await post({ seq: page.seq, fields: {} });
    if (status === 409 && said.state === "closed") { page.to = said.to; return 0; }
    if (status === 200) page.heard(said.left);
    return status === 200 ? said.left : undefined;
  }

  return { flush, leave, ask };
}
