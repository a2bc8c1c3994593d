// Comforts of one question: an order by buttons, and how many words a text has. The form works without.

const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

document.addEventListener("question", begin);   // quiz.js put another one in its place
begin();

function begin() {
  orders();
  words();
}

// An order: each item moves up or down; the selects behind keep the places and are what the form sends.
function orders() {
  for (const list of document.querySelectorAll("[data-ordering]")) {
    const told = list.parentElement.querySelector("[data-moved-to]");
    for (const moves of list.querySelectorAll(".moves")) moves.hidden = false;
    list.classList.add("is-movable");   // takes the selects away
    ends(list);

    list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-move]");
      if (!button) return;
      const item = button.closest("li");
      const up = button.dataset.move === "-1";
      const other = up ? item.previousElementSibling : item.nextElementSibling;
      if (other) up ? other.before(item) : other.after(item);
      [...list.children].forEach((one, at) => { one.querySelector("select").value = String(at + 1); });
      ends(list);
      button.focus();   // it moved with its item, and the browser lost it on the way
      const words = { item: item.querySelector("label").textContent.trim(), place: item.querySelector("select").value };
      told.textContent = filled(list.dataset.moved, words);
      changed(item.querySelector("select"));
    });
  }
}

// The first goes no further up, the last no further down; they keep the focus, so they are not disabled.
function ends(list) {
  for (const button of list.querySelectorAll("[data-move]")) {
    const item = button.closest("li");
    const other = button.dataset.move === "-1" ? item.previousElementSibling : item.nextElementSibling;
    button.setAttribute("aria-disabled", String(!other));
  }
}

// Words of a text, told half a second after the last key.
function words() {
  const told = document.querySelector("[data-words]");
  const text = document.querySelector("textarea[name=answer]:not([hidden])");
  if (told && text && window.Intl?.Segmenter) {
    const segments = new Intl.Segmenter("th", { granularity: "word" });
    let waiting;
    const tell = () => {
      const count = [...segments.segment(text.value)].filter((one) => one.isWordLike).length;
      told.textContent = count ? filled(told.dataset.words, { count }) : "";
    };
    text.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(tell, 500); });
    tell();
  }
}

function filled(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
}
