// Small comforts on every page; nothing here is needed to use it.

// An open menu closes by Escape, and by a click or focus elsewhere.
const open = () => document.querySelectorAll("details.menu[open], details.nav-phone[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const menu of open()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}

// A door that was left while scans still waited in it (door.js) is remembered on the organizer's other pages.
const waits = document.querySelector("template[data-door-waits]");
const left = waits && kept("door-waits");
if (left) {
  const band = document.createElement("div");
  band.className = "flash flash-now";
  band.append(waits.content.cloneNode(true));
  band.querySelector("a").href = left;
  waits.replaceWith(band);
}

function kept(name) {
  try { return localStorage.getItem(name); } catch (closed) { return null; }
}

// Who signs out leaves no page of a door with names on it behind (door-keep.js); what waits there to be sent stays.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("caches" in window) || form.getAttribute("action") !== "/sign-out") return;
  event.preventDefault();
  const gone = caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("door:")).map((name) => caches.delete(name))));
  gone.catch(() => undefined).then(() => form.submit());
});

// After a refused form the list of what is wrong has the focus, so that a screen reader starts there.
document.querySelector(".errors[tabindex]")?.focus();
