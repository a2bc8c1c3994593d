// A question that hangs on an earlier answer stands only while that answer is chosen; the server asks by the same rule.
const conditional = document.querySelectorAll("[data-when]");

function show() {
  for (const one of conditional) {   // in the order of the page: what hangs on a hidden question is hidden with it
    const { when, is } = one.dataset;
    const chosen = [...document.getElementsByName(when)].find((option) => option.checked);
    one.hidden = chosen?.value !== is || chosen.closest("[data-when]")?.hidden === true;
  }
}

document.addEventListener("change", show);
show();
