// Answers that the server has not acknowledged yet: in local storage, one question of one attempt under one key, so that
// they outlive the page, the network and the browser; where nothing can be stored they live as long as this page.

const fleeting = new Map();
const A_MONTH = 30 * 24 * 3600 * 1000;   // an attempt that nobody came back to for so long is left behind
const name = (code, question) => `quiz:${code}:${question}`;

function inStorage(work, otherwise) {
  try { return work(localStorage); } catch (closed) { return otherwise; }
}

// { question, number, fields, base, seq, doubt, at, clash, refused }: what stands in the form; what the server had stored when
// it was asked (`base`, at step `seq`); what was sent without an answer (`doubt`); since when it waits.
export function of(code, question) {
  const found = inStorage((storage) => storage.getItem(name(code, question)), null);
  return found ? JSON.parse(found) : fleeting.get(name(code, question));
}

export function put(code, item) {
  const key = name(code, item.question);
  const isStored = inStorage((storage) => { storage.setItem(key, JSON.stringify(item)); return true; }, false);
  isStored ? fleeting.delete(key) : fleeting.set(key, item);
}

export function drop(code, question) {
  inStorage((storage) => storage.removeItem(name(code, question)));
  fleeting.delete(name(code, question));
}

// All of an attempt, what waits longest first.
export function all(code) {
  const start = name(code, "");
  const stored = inStorage((storage) => Object.keys(storage).filter((key) => key.startsWith(start)), []);
  const questions = new Set([...stored, ...[...fleeting.keys()].filter((key) => key.startsWith(start))]);
  return [...questions].map((key) => of(code, key.slice(start.length))).filter(Boolean).sort((a, b) => a.at - b.at);
}

// Whether something would be lost with this page.
export const isFleeting = () => fleeting.size > 0;

export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

inStorage((storage) => {
  for (const key of Object.keys(storage).filter((one) => one.startsWith("quiz:"))) {
    if (Date.now() - JSON.parse(storage.getItem(key)).at > A_MONTH) storage.removeItem(key);
  }
});
