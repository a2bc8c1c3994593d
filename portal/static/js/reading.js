// Notes where a lesson is left and whether its end was seen, so that reading goes on there. Nothing here is needed to read.

const page = document.querySelector("article[data-place]");
const headings = [...page.querySelectorAll(".lesson-text h2[id], .lesson-text h3[id]")];
let sent = null;
let atEnd = false;

const end = page.querySelector(".finish");
new IntersectionObserver((seen) => { atEnd ||= seen.some((one) => one.isIntersecting); }).observe(end);

// The heading one reads under: the last above the middle of the window. Nobody stopped where nothing was scrolled.
function here() {
  const above = headings.filter((one) => one.getBoundingClientRect().top < innerHeight / 2);
  return scrollY > 0 && above.length ? above[above.length - 1].id : "";
}

function leave() {
  const said = JSON.stringify({ heading: here(), at_end: atEnd });
  if (said === sent || (sent === null && scrollY === 0)) return;
  sent = said;
  fetch(page.dataset.place, { method: "POST", keepalive: true, headers: { "Content-Type": "application/json", "X-CSRFToken": page.dataset.token }, body: said }).catch(() => { sent = ""; });
}

// Noted while reading, too: what is sent as a page is left does not get past a service worker in every browser.
let resting;
addEventListener("scroll", () => { clearTimeout(resting); resting = setTimeout(leave, 1000); }, { passive: true });
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
addEventListener("pagehide", leave);
