// Reads the text out of the modules of a QR code (ISO/IEC 18004, versions 1 to 20), errors set right as far as the code allows.

// Words for correction in a block, and blocks, by version from 1: levels L, M, Q, H.
const CORRECTION = [
  [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28],
  [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26],
  [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30],
  [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28],
];
const BLOCKS = [
  [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8],
  [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16],
  [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20],
  [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25],
];
export const MOST_VERSION = 20;
const LEVELS = [1, 0, 3, 2];   // as the two bits of the format name them: M, L, H, Q
const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + (y >> 1)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

// `isDark(x, y)` of a square of so many modules → its text, null where it cannot be read.
export function textOf(isDark, side) {
  const version = (side - 17) / 4;
  const format = formatOf(isDark, side);
  if (!Number.isInteger(version) || version < 1 || version > MOST_VERSION || format === null) return null;
  const words = wordsOf(isDark, version, MASKS[format & 7]);
  const data = corrected(words, version, LEVELS[format >> 3]);
  return data && segments(data, version);
}

// Level and mask: five bits that stand twice, each time with ten bits that tell how many of them are wrong.
function formatOf(isDark, side) {
  let first = 0;
  let second = 0;
  for (let at = 0; at < 15; at++) {
    const near = at < 6 ? at : at < 8 ? at + 1 : 14 - at;   // beside the corner, around the timing line
    first = (first << 1) | isDark(at < 8 ? near : 8, at < 8 ? 8 : near < 6 ? near : 7);
    second = (second << 1) | (at < 7 ? isDark(8, side - 1 - at) : isDark(side - 15 + at, 8));
  }
  let best = null;
  let least = 4;
  for (let format = 0; format < 32; format++) {
    const wrong = Math.min(count(first ^ sealed(format)), count(second ^ sealed(format)));
    if (wrong < least) [best, least] = [format, wrong];
  }
  return best;
}

function sealed(format) {
  let rest = format << 10;
  for (let at = 14; at >= 10; at--) if ((rest >> at) & 1) rest ^= 0x537 << (at - 10);
  return ((format << 10) | rest) ^ 0x5412;
}

function count(bits) {
  let ones = 0;
  for (let left = bits; left; left &= left - 1) ones++;
  return ones;
}

// The words as they stand: two columns at a time, up and down from the right, round what is no data.
function wordsOf(isDark, version, mask) {
  const side = 17 + 4 * version;
  const isOurs = frame(version);
  const bits = [];
  for (let right = side - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let step = 0; step < side; step++) {
      const y = up ? side - 1 - step : step;
      for (const x of [right, right - 1]) if (!isOurs(x, y)) bits.push(isDark(x, y) ^ (mask(x, y) === 0));
    }
  }
  const words = new Uint8Array(bits.length >> 3);
  for (let at = 0; at < words.length * 8; at++) words[at >> 3] = (words[at >> 3] << 1) | bits[at];
  return words;
}

// Whether a module belongs to the patterns of the code itself.
function frame(version) {
  const side = 17 + 4 * version;
  const lines = alignments(version);
  const last = lines.length - 1;
  const isAligned = (x, y) =>
    lines.some((cx, i) => lines.some((cy, j) =>
      Math.abs(x - cx) <= 2 && Math.abs(y - cy) <= 2 && !(i === 0 && j === 0) && !(i === 0 && j === last) && !(i === last && j === 0)));
  return (x, y) =>
    (x < 9 && y < 9) || (x >= side - 8 && y < 9) || (x < 9 && y >= side - 8) || x === 6 || y === 6 || isAligned(x, y) ||
    (version > 6 && ((x < 6 && y >= side - 11) || (y < 6 && x >= side - 11)));
}

function alignments(version) {
  if (version === 1) return [];
  const many = Math.floor(version / 7) + 2;
  const side = 17 + 4 * version;
  const step = Math.ceil((side - 13) / (2 * many - 2)) * 2;
  return [6, ...Array.from({ length: many - 1 }, (_, at) => side - 7 - step * (many - 2 - at))];
}

// The data of all blocks in their order, each set right; null where one has more errors than it can bear.
function corrected(words, version, level) {
  const blocks = BLOCKS[level][version - 1];
  const extra = CORRECTION[level][version - 1];
  const short = Math.floor(words.length / blocks) - extra;   // data words of the shorter blocks, which come first
  const shorts = blocks - (words.length % blocks);
  const parts = Array.from({ length: blocks }, () => []);
  let at = 0;
  for (let word = 0; word <= short; word++) {
    for (let block = word < short ? 0 : shorts; block < blocks; block++) parts[block].push(words[at++]);
  }
  for (let word = 0; word < extra; word++) for (const part of parts) part.push(words[at++]);
  const data = [];
  for (const part of parts) {
    if (!setRight(part, extra)) return null;
    data.push(...part.slice(0, part.length - extra));
  }
  return data;
}

// Numbers of the field of 256 in which the words are corrected: powers of 2, and of what power each number is.
const POWER = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let at = 0, number = 1; at < 255; at++) {
  POWER[at] = POWER[at + 255] = number;
  LOG[number] = at;
  number = (number << 1) ^ (number & 128 ? 0x11d : 0);
}
const times = (a, b) => (a && b ? POWER[LOG[a] + LOG[b]] : 0);
const over = (a, b) => (a ? POWER[LOG[a] + 255 - LOG[b]] : 0);
const valueAt = (terms, x) => terms.reduceRight((sum, term) => times(sum, x) ^ term, 0);   // lowest term first

// Reed–Solomon: finds up to extra / 2 wrong words and sets them right in place; false when there are more.
function setRight(words, extra) {
  const signs = Array.from({ length: extra }, (_, power) => words.reduce((sum, word) => times(sum, POWER[power]) ^ word, 0));
  if (signs.every((sign) => sign === 0)) return true;
  const places = locator(signs);
  const wrong = [];
  for (let at = 0; at < words.length; at++) if (valueAt(places, POWER[255 - at]) === 0) wrong.push(at);
  if (wrong.length !== places.length - 1) return false;
  const sizes = signs.map((_, at) => places.slice(0, at + 1).reduce((sum, place, i) => sum ^ times(place, signs[at - i]), 0));
  const slope = places.map((term, at) => (at % 2 ? term : 0)).slice(1);
  for (const at of wrong) {
    const x = POWER[255 - at];
    words[words.length - 1 - at] ^= times(POWER[at], over(valueAt(sizes, x), valueAt(slope, x)));
  }
  return words.length > 0 && signs.every((_, power) => words.reduce((sum, word) => times(sum, POWER[power]) ^ word, 0) === 0);
}

// Berlekamp and Massey: the shortest polynomial whose roots are the places of the errors, lowest term first.
function locator(signs) {
  let now = [1];
  let before = [1];
  let errors = 0;
  let gap = 1;
  let last = 1;
  for (let at = 0; at < signs.length; at++) {
    let off = signs[at];
    for (let i = 1; i <= errors; i++) off ^= times(now[i] || 0, signs[at - i]);
    if (off === 0) { gap++; continue; }
    const kept = now;
    const shift = [...Array(gap).fill(0), ...before.map((term) => times(term, over(off, last)))];
    now = Array.from({ length: Math.max(now.length, shift.length) }, (_, i) => (now[i] || 0) ^ (shift[i] || 0));
    if (2 * errors <= at) [errors, before, last, gap] = [at + 1 - errors, kept, off, 1];
    else gap++;
  }
  return now.slice(0, errors + 1);
}

// What the data says, segment by segment; null where it says nothing that makes sense.
function segments(data, version) {
  let at = 0;
  const left = () => data.length * 8 - at;
  const take = (many) => {
    let number = 0;
    for (let i = 0; i < many; i++, at++) number = (number << 1) | ((data[at >> 3] >> (7 - (at & 7))) & 1);
    return number;
  };
  const isSmall = version < 10;
  let text = "";
  while (left() >= 4) {
    const kind = take(4);
    if (kind === 0) break;
    if (kind === 7) { take(8); continue; }                 // the alphabet: UTF-8 is taken for all
    const bits = { 1: isSmall ? 10 : 12, 2: isSmall ? 9 : 11, 4: isSmall ? 8 : 16 }[kind];
    const length = bits && left() >= bits ? take(bits) : 0;
    const part = !length ? null : kind === 1 ? digits(take, left, length) : kind === 2 ? letters(take, left, length) : bytes(take, left, length);
    if (part === null) return null;
    text += part;
  }
  return text || null;
}

function digits(take, left, length) {
  let text = "";
  for (let rest = length; rest > 0; rest -= 3) {
    const many = Math.min(3, rest);
    if (left() < many * 3 + 1) return null;
    text += String(take(many * 3 + 1)).padStart(many, "0");
  }
  return text;
}

function letters(take, left, length) {
  let text = "";
  for (let rest = length; rest > 0; rest -= 2) {
    if (left() < (rest > 1 ? 11 : 6)) return null;
    const pair = take(rest > 1 ? 11 : 6);
    text += rest > 1 ? LETTERS[Math.floor(pair / 45)] + LETTERS[pair % 45] : LETTERS[pair];
  }
  return text;
}

function bytes(take, left, length) {
  if (left() < length * 8) return null;
  return new TextDecoder().decode(Uint8Array.from({ length }, () => take(8)));
}
