// The screen of a hall: fetches itself when its code is spent, and every ten seconds for the count. What stands stays while the network is gone.

const EVERY = 10_000;
let spent = deadline(document);

function deadline(page) {
  return Date.now() + Number(page.querySelector("#hall").dataset.left) * 1000;
}

async function renew() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#hall");
    if (!answer.ok || !fresh) return location.reload();   // signed out: say so
    document.querySelector("#hall").replaceWith(fresh);
    spent = deadline(document);
  } catch { /* no network: another time */ }
  wait();
}

function wait() {
  setTimeout(renew, Math.max(1000, Math.min(EVERY, spent - Date.now() + 200)));
}

wait();
