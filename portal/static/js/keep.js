// A form that outlives a closed page: what was filled in and never saved is kept in this browser, and offered when the form is opened again.
const form = document.querySelector("form[data-keep]");
const band = form.querySelector("[data-kept]");
const place = `keep:${form.dataset.keep}`;
const seen = [form.elements.version?.value, form.elements.id?.defaultValue].join(" ");   // another one once it was saved
const quiet = new Set(["csrf_token", "version"]);
const fields = () => [...form.elements].filter((one) => one.name && !quiet.has(one.name) && one.type !== "hidden" && one.type !== "file");
const values = () => fields().map((one) => (one.type === "checkbox" || one.type === "radio" ? [one.name, one.value, one.checked] : [one.name, one.value]));
const first = JSON.stringify(values());

const store = {
  get() { try { return JSON.parse(localStorage.getItem(place)); } catch (closed) { return null; } },
  set(kept) { try { localStorage.setItem(place, JSON.stringify(kept)); } catch (closed) { /* full or shut: the page still has it */ } },
  drop() { try { localStorage.removeItem(place); } catch (closed) { /* nothing is kept there */ } },
};

function keep() {
  const now = values();
  if (JSON.stringify(now) === first && !document.querySelector(".errors, .clash:not([data-kept])")) store.drop();
  else store.set({ seen, values: now });
}

function put([name, value, checked]) {
  for (const one of fields().filter((field) => field.name === name)) {
    if (checked === undefined) one.value = value;
    else if (one.value === value) one.checked = checked;
  }
}

form.addEventListener("input", keep);
form.addEventListener("change", keep);
form.addEventListener("submit", () => { const kept = store.get(); if (kept) store.set({ ...kept, sent: true }); });

const left = store.get();
const isSaved = left?.sent && left.seen !== seen;
if (left && (isSaved || JSON.stringify(left.values) === first)) {
  store.drop();
} else if (left) {
  band.hidden = false;
  band.querySelector("[data-take]").addEventListener("click", () => { left.values.forEach(put); band.hidden = true; keep(); });
  band.querySelector("[data-drop]").addEventListener("click", () => { band.hidden = true; store.drop(); });
}
