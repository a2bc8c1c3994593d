// The pages of an attempt as the server last gave them, the other questions fetched while there is network, so that one can
// go on answering without it; and the fields of a question as they can be kept and put back.

const PAUSE = 500;
const pages = new Map();
const name = (code, number) => `quizpage:${code}:${number}`;

export function kept(code, number) {
  if (pages.has(number)) return pages.get(number);
  try { return sessionStorage.getItem(name(code, number)); } catch (closed) { return null; }
}

export function keep(code, number, html) {
  pages.set(number, html);
  try { sessionStorage.setItem(name(code, number), html); } catch (full) { /* it lives as long as this page */ }
}

// The page as it is now, `elsewhere` where the server leads to another one, or nothing where it does not answer.
export async function fetched(address) {
  const response = await fetch(address, { signal: late(8000) }).catch(() => null);
  if (!response || response.status >= 500) return {};
  return response.ok && !response.redirected ? { html: await response.text().catch(() => undefined) } : { elsewhere: response.url };
}

function late(after) {
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), after);
  return cancel.signal;
}

// One after the other, without haste; stops at the first that does not come.
export async function fetchOthers({ code, count, number, addresses }) {
  for (let at = 1; at <= count; at += 1) {
    if (at === number || kept(code, at)) continue;
    await new Promise((done) => setTimeout(done, PAUSE));
    const { html } = await fetched(`${addresses.attempt}?q=${at}`);
    if (!html) return;
    keep(code, at, html);
  }
}

export const fieldsOf = (form) =>
  [...new FormData(form)].filter(([name]) => name === "answer" || name.startsWith("answer-")).map(([name, value]) => [name, String(value)]);

export function fieldsAsTheyCame(form) {
  const untouched = form.cloneNode(true);
  untouched.reset();
  return fieldsOf(untouched);
}

export function putBack(form, fields) {
  const left = new Map();
  for (const [name, value] of fields) left.set(name, [...(left.get(name) || []), value]);
  for (const control of form.elements) {
    if (control.name !== "answer" && !control.name?.startsWith("answer-")) continue;
    const values = left.get(control.name) || [];
    if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
    else control.value = values.shift() ?? "";
  }
  for (const list of form.querySelectorAll("[data-ordering]")) {
    const place = (item) => Number(item.querySelector("select").value) || 99;
    list.append(...[...list.children].sort((a, b) => place(a) - place(b)));
  }
  mark(form);
}

export function mark(form) {
  for (const label of form.querySelectorAll(".choice")) label.classList.toggle("is-chosen", label.querySelector("input").checked);
}
