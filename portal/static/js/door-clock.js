// What time it is for the server, whatever this phone's clock says, and however that is set meanwhile.

const NAME = "door-skew";
let skew = null;   // the server's time less ours, in milliseconds; null while the server was never heard

try {
  const kept = localStorage.getItem(NAME);
  if (kept !== null) skew = Number(kept);
} catch (closed) { /* no local storage: known again with the next answer */ }

// The server said it was `now` in an answer to what left at `asked`.
export function learn(now, asked) {
  const theirs = Date.parse(now);
  if (Number.isNaN(theirs)) return;
  skew = theirs - (asked + Date.now()) / 2;
  try { localStorage.setItem(NAME, String(skew)); } catch (full) { /* as above */ }
}

// A moment as it is kept with a scan: this phone's clock and how far that was then known to be off.
export const stamp = () => ({ wall: Date.now(), skew });

// How long ago that moment is. A clock that was set in between counts with what was known of it before and after.
export function ago({ wall, skew: then }) {
  const off = then === null || skew === null ? 0 : skew - then;
  return Math.max(0, Math.round(Date.now() - wall + off));
}

// That moment as the server would name it; `isSure` when the server was heard before.
export const moment = ({ wall, skew: then }) => new Date(wall + (then === null ? skew || 0 : then));
export const isSure = ({ skew: then }) => then !== null || skew !== null;
