// Finds a QR code in a picture and reads it, for browsers that cannot (door-qr-bits.js reads its modules).

import { MOST_VERSION, textOf } from "./door-qr-bits.js";

const WINDOW = 8;         // a point is dark when it is darker than the mean of an eighth of the picture around it
const DARKER = 0.9;
const MOST_CORNERS = 10;  // candidates for the three marks in the corners
const MOST_TRIES = 6;     // of three of them

// The text of the clearest code in an ImageData, null where there is none; `isThere` tells whether something looks like one.
export function look({ data, width, height }) {
  const picture = darkOf(data, width, height);
  const found = triples(cornersIn(picture));
  for (const three of found.slice(0, MOST_TRIES)) {
    const text = readAt(picture, three);
    if (text) return { text, isThere: true };
  }
  return { text: null, isThere: found.length > 0 };
}

// Dark or light, each point against the mean of its surroundings: lamps and shadows lie over a ticket.
function darkOf(data, width, height) {
  const grey = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < grey.length; at++, from += 4) grey[at] = (data[from] * 77 + data[from + 1] * 150 + data[from + 2] * 29) >> 8;
  const line = width + 1;
  const sums = new Uint32Array(line * (height + 1));
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      sum += grey[y * width + x];
      sums[(y + 1) * line + x + 1] = sums[y * line + x + 1] + sum;
    }
  }
  const half = Math.max(4, Math.round(Math.min(width, height) / WINDOW / 2));
  const dark = new Uint8Array(grey.length);
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - half) * line;
    const bottom = Math.min(height, y + half + 1) * line;
    const tall = (bottom - top) / line;
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - half);
      const right = Math.min(width, x + half + 1);
      const sum = sums[bottom + right] - sums[bottom + left] - sums[top + right] + sums[top + left];
      dark[y * width + x] = grey[y * width + x] * (right - left) * tall < sum * DARKER ? 1 : 0;
    }
  }
  return { dark, width, height, at: (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : dark[(y | 0) * width + (x | 0)]) };
}

// The square marks in the corners: on every line through their middle dark, light, dark, light, dark are as 1 1 3 1 1.
function cornersIn(picture) {
  const { dark, width, height } = picture;
  const found = [];
  const runs = [0, 0, 0, 0, 0];
  for (let y = 0; y < height; y += 2) {
    runs.fill(0);
    let was = 0;
    for (let x = 0; x <= width; x++) {
      const is = x < width ? dark[y * width + x] : 1 - was;
      if (is === was) { runs[4]++; continue; }
      if (was === 1 && isMark(runs)) note(found, picture, x - runs[4] - runs[3] - runs[2] / 2, y, sum(runs) / 7);
      runs.copyWithin(0, 1);
      runs[4] = 1;
      was = is;
    }
  }
  return found.filter((one) => one.seen > 1).sort((a, b) => b.seen - a.seen).slice(0, MOST_CORNERS);
}

const sum = (runs) => runs[0] + runs[1] + runs[2] + runs[3] + runs[4];

function isMark(runs) {
  const module = sum(runs) / 7;
  const near = (run, many) => Math.abs(run - many * module) <= many * module * 0.6 + 0.5;
  return module >= 1 && near(runs[0], 1) && near(runs[1], 1) && near(runs[2], 3) && near(runs[3], 1) && near(runs[4], 1);
}

// Seen on this line; it is one where the line across says so too. Marks that lie together are one.
function note(found, picture, x, y, module) {
  const down = across(picture, x, y, 0, 1);
  if (!down) return;
  const middle = y + down.off;
  const level = across(picture, x, middle, 1, 0);
  if (!level) return;
  const place = { x: x + level.off, y: middle, module: (down.module + level.module + module) / 3, seen: 1 };
  const same = found.find((one) => Math.hypot(one.x - place.x, one.y - place.y) < 3 * one.module);
  if (!same) return void found.push(place);
  const part = 1 / ++same.seen;
  for (const name of ["x", "y", "module"]) same[name] += (place[name] - same[name]) * part;
}

// The same five runs along another line through this point: how far its middle is off, and the width of a module.
function across({ at }, x, y, dx, dy) {
  if (!at(x, y)) return null;
  const runs = [0, 0, 0, 0, 0];
  const walk = (sign, first) => {
    let step = sign > 0 ? 1 : 0;
    for (let run = 2, colour = 1; run >= 0; run--, colour = 1 - colour) {
      for (; at(x + sign * dx * step, y + sign * dy * step) === colour && runs[first(run)] < 400; step++) runs[first(run)]++;
    }
  };
  walk(-1, (run) => run);
  const before = runs[2];
  walk(1, (run) => 4 - run);
  return isMark(runs) ? { off: runs[2] / 2 - before + 0.5, module: sum(runs) / 7 } : null;
}

// Three marks that may be of one code, the likeliest first, in their order: top left, top right, bottom left.
function triples(corners) {
  const found = [];
  for (let i = 0; i < corners.length; i++) {
    for (let j = i + 1; j < corners.length; j++) {
      for (let k = j + 1; k < corners.length; k++) {
        const three = inOrder(corners[i], corners[j], corners[k]);
        if (three.fit < 1) found.push(three);
      }
    }
  }
  return found.sort((a, b) => a.fit - b.fit);
}

const apart = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

function inOrder(a, b, c) {
  const [far, p, q, corner] = [[apart(b, c), b, c, a], [apart(a, c), a, c, b], [apart(a, b), a, b, c]].sort((x, y) => y[0] - x[0])[0];
  const turn = (p.x - corner.x) * (q.y - corner.y) - (p.y - corner.y) * (q.x - corner.x);
  const [right, below] = turn > 0 ? [p, q] : [q, p];
  const [wide, tall] = [apart(corner, right), apart(corner, below)];
  const sizes = [a.module, b.module, c.module];
  const fit =
    Math.abs(wide - tall) / Math.max(wide, tall) +
    Math.abs(far - Math.hypot(wide, tall)) / far +
    (Math.max(...sizes) - Math.min(...sizes)) / Math.max(...sizes);
  return { corner, right, below, fit };
}

// Lays the grid of modules over the code and reads it; also one size up and down, for sizes are guessed.
function readAt(picture, { corner, right, below }) {
  const module = (widthAt(picture, corner, right) + widthAt(picture, right, corner) + widthAt(picture, corner, below) + widthAt(picture, below, corner)) / 4;
  if (!(module >= 1)) return null;
  const guess = Math.round(((apart(corner, right) + apart(corner, below)) / 2 / module + 7 - 17) / 4);
  for (const version of [guess, guess + 1, guess - 1]) {
    if (version < 1 || version > MOST_VERSION) continue;
    const side = 17 + 4 * version;
    for (const last of lastCorners(picture, { corner, right, below }, side)) {
      const place = grid([corner, right, below, last.place], side, last.inset);
      const text = textOf((x, y) => isDark(picture, place, x, y), side);
      if (text) return text;
    }
  }
  return null;
}

// A module's width along the way to another mark: from the middle of a mark to its edge are three and a half, either way.
function widthAt({ at }, from, to) {
  const far = apart(from, to);
  const [dx, dy] = [(to.x - from.x) / far, (to.y - from.y) / far];
  let long = 0;
  for (const sign of [1, -1]) {
    let step = 0;
    for (let run = 0, colour = 1; run < 3; run++, colour = 1 - colour) {
      while (at(from.x + sign * dx * step, from.y + sign * dy * step) === colour && step < far) step += 0.5;
    }
    long += step;
  }
  return long / 7;
}

// Where the fourth corner may lie, the surest guess first: by the small mark before it, which is looked for where the
// outer edges of the marks beside it point to, or where the other three tell; else by those two themselves.
function* lastCorners(picture, three, side) {
  const { corner, right, below } = three;
  const reach = side - 7;
  const level = { x: right.x + below.x - corner.x, y: right.y + below.y - corner.y };
  const guesses = [{ place: edgesMeet(picture, three, reach), inset: 0 }, { place: level, inset: 3.5 }].filter(({ place }) => place);
  for (const { place, inset } of side > 21 ? guesses : []) {
    const found = smallMark(picture, grid([corner, right, below, place], side, inset), side - 6.5);
    if (found) yield { place: found, inset: 6.5 };
  }
  yield* guesses;
}

// The outer corner: where the right edge of the mark on the right meets the lower edge of the one below.
function edgesMeet(picture, { corner, right, below }, reach) {
  const along = { x: (right.x - corner.x) / reach, y: (right.y - corner.y) / reach };
  const down = { x: (below.x - corner.x) / reach, y: (below.y - corner.y) / reach };
  const side = edge(picture, right, along, down);
  const foot = edge(picture, below, down, along);
  const turn = side && foot && side.dx * foot.dy - side.dy * foot.dx;
  if (!turn || Math.abs(turn) < 0.2) return null;
  const far = ((foot.x - side.x) * foot.dy - (foot.y - side.y) * foot.dx) / turn;
  return { x: side.x + side.dx * far, y: side.y + side.dy * far };
}

// The outer edge of a mark in the direction `to`, as a line through the points where rays from its middle leave it.
function edge({ at }, middle, to, beside) {
  const points = [];
  for (let lean = -0.8; lean <= 0.81; lean += 0.1) {
    const [dx, dy] = [(to.x + beside.x * lean) / 8, (to.y + beside.y * lean) / 8];
    let step = 0;
    for (let run = 0, colour = 1; run < 3; run++, colour = 1 - colour) {
      while (at(middle.x + dx * step, middle.y + dy * step) === colour && step < 80) step++;
    }
    if (step < 60) points.push({ x: middle.x + dx * (step - 0.5), y: middle.y + dy * (step - 0.5) });
  }
  return points.length < 8 ? null : lineThrough(points);
}

function lineThrough(points) {
  const x = points.reduce((all, one) => all + one.x, 0) / points.length;
  const y = points.reduce((all, one) => all + one.y, 0) / points.length;
  let [xx, xy, yy] = [0, 0, 0];
  for (const one of points) {
    xx += (one.x - x) ** 2;
    xy += (one.x - x) * (one.y - y);
    yy += (one.y - y) ** 2;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  return { x, y, dx: Math.cos(angle), dy: Math.sin(angle) };
}

// The small mark nearest to where it should be, its middle in modules both ways: dark, a ring of light, a ring of dark.
function smallMark(picture, place, middle) {
  let best = null;
  for (let v = -15; v <= 15; v++) {
    for (let u = -15; u <= 15; u++) {
      const [x, y] = [middle + u / 3, middle + v / 3];
      if (!picture.at(...place(x, y))) continue;
      let wrong = 0;
      for (let at = 0; at < 25 && wrong <= 3; at++) {
        const [i, j] = [(at % 5) - 2, Math.floor(at / 5) - 2];
        const wanted = Math.max(Math.abs(i), Math.abs(j)) === 1 ? 0 : 1;
        if (picture.at(...place(x + i, y + j)) !== wanted) wrong++;
      }
      const worth = -wrong - (Math.abs(u) + Math.abs(v)) / 20;
      if (wrong <= 3 && (!best || worth > best.worth)) best = { worth, x, y };
    }
  }
  return best && middleOf(picture, place, best);
}

// The middle of its one dark module.
function middleOf(picture, place, { x, y }) {
  let [sumX, sumY, many] = [0, 0, 0];
  for (let i = -4; i <= 4; i++) {
    for (let j = -4; j <= 4; j++) {
      const [px, py] = place(x + i / 5, y + j / 5);
      if (picture.at(px, py)) [sumX, sumY, many] = [sumX + px, sumY + py, many + 1];
    }
  }
  return { x: sumX / many, y: sumY / many };
}

// From modules to the picture, as a plane is seen from anywhere: by four points that are known in both.
function grid([a, b, c, d], side, inset) {
  const [near, far, last] = [3.5, side - 3.5, side - inset];
  const rows = [[near, near, a], [far, near, b], [near, far, c], [last, last, d]].flatMap(([u, v, { x, y }]) => [
    [u, v, 1, 0, 0, 0, -u * x, -v * x, x],
    [0, 0, 0, u, v, 1, -u * y, -v * y, y],
  ]);
  const [m0, m1, m2, m3, m4, m5, m6, m7] = solved(rows);
  return (u, v) => {
    const depth = m6 * u + m7 * v + 1;
    return [(m0 * u + m1 * v + m2) / depth, (m3 * u + m4 * v + m5) / depth];
  };
}

// Gauss and Jordan, with the largest number first.
function solved(rows) {
  const size = rows.length;
  for (let at = 0; at < size; at++) {
    let best = at;
    for (let row = at + 1; row < size; row++) if (Math.abs(rows[row][at]) > Math.abs(rows[best][at])) best = row;
    [rows[at], rows[best]] = [rows[best], rows[at]];
    for (let row = 0; row < size; row++) {
      const share = row === at ? 0 : rows[row][at] / rows[at][at];
      if (share) for (let column = at; column <= size; column++) rows[row][column] -= share * rows[at][column];
    }
  }
  return rows.map((row, at) => row[size] / row[at]);
}

// By the majority of five points of the module.
function isDark(picture, place, x, y) {
  let dark = 0;
  for (const [dx, dy] of [[0, 0], [-0.2, -0.2], [0.2, -0.2], [-0.2, 0.2], [0.2, 0.2]]) dark += picture.at(...place(x + 0.5 + dx, y + 0.5 + dy));
  return dark > 2 ? 1 : 0;
}
