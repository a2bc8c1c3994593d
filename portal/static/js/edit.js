// The editor of a file: what it will look like while one writes, and text that outlives a closed page. Without this, the buttons do.
const form = document.querySelector("form[data-edit]");
const area = form.querySelector("textarea");
const drawn = form.querySelector("[data-drawn]");
const state = form.querySelector("[data-state]");
const band = form.querySelector("[data-kept]");
const words = form.querySelector("template[data-words]").dataset;
const place = `edit:${form.dataset.edit}`;
const saved = area.defaultValue;
const WAIT = 700;
let timer, asked;

const store = {
  get() { try { return JSON.parse(localStorage.getItem(place)); } catch (closed) { return null; } },
  set(text) { try { localStorage.setItem(place, JSON.stringify({ text, version: form.elements.version.value })); } catch (closed) { /* full or shut: the page still has it */ } },
  drop() { try { localStorage.removeItem(place); } catch (closed) { /* nothing is kept there */ } },
};

function keep() {
  if (area.value === saved) { store.drop(); state.textContent = ""; }
  else { store.set(area.value); state.textContent = words.unsaved; }
}

async function look() {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, signal: asked.signal });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.message);
    drawn.innerHTML = told.preview;
  } catch (failure) {
    if (failure.name !== "AbortError") state.textContent = words.failed;
  }
}

area.addEventListener("input", () => {
  keep();
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
});

// A finding leads to its line.
form.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (!link) return;
  event.preventDefault();
  const lines = area.value.split("\n");
  const start = lines.slice(0, link.dataset.line - 1).join("\n").length + (link.dataset.line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[link.dataset.line - 1] ?? "").length);
  area.scrollTop = area.scrollHeight * ((link.dataset.line - 4) / lines.length);
});

// What was typed here and never saved: offered, not forced upon what others may have written since.
const left = store.get();
if (left && left.text !== area.value) {
  band.hidden = false;
  band.querySelector("[data-take]").addEventListener("click", () => {
    area.value = left.text;
    form.elements.version.value = left.version;   // so that what others saved in between is shown, not lost
    band.hidden = true;
    keep();
    look();
    area.focus();
  });
  band.querySelector("[data-drop]").addEventListener("click", () => { band.hidden = true; store.drop(); area.focus(); });
} else if (left) {
  store.drop();
}
if (area.getAttribute("aria-invalid") || form.querySelector(".clash:not([data-kept])")) store.set(area.value);
