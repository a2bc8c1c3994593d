// The page that checks certificates without a network: what was pasted, or the QR code in a picture. Keys and words stand in the page.

import { Wrong, opened } from "./claim.js";
import { look } from "./door-qr.js";

const SIDES = [1000, 700, 1400];   // pixels of the picture that is looked at, one after the other

const { keys, words } = JSON.parse(document.querySelector("#data").textContent);
const verdict = document.querySelector("#verdict");
const text = document.querySelector("#text");

document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  check(text.value);
});

document.querySelector("#picture").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (!file) return;
  const found = await textIn(file).catch(() => null);
  if (!found) {
    tell("unreadable", words.no_code);
    return;
  }
  text.value = found;
  check(found);
});

async function check(given) {
  try {
    const { claim, kid } = await opened(given, keys);
    tell("signed", words.signed, [
      [words.holder, claim.holder], [words.agency, claim.agency], [words.title, claim.title], [words.earned, written(claim.earned)],
      [words.issued, written(claim.issued)], [words.code, claim.code.match(/.{1,4}/g).join("-")], [words.issuer, claim.issuer], [words.key, kid],
    ]);
  } catch (no) {
    const why = no instanceof Wrong ? no.message : "unreadable";
    tell(why, words[why]);
  }
}

// A day as people write it: in Thai of the Buddhist era.
function written(day) {
  const date = new Date(`${day}T00:00`);
  const locale = document.documentElement.lang === "th" ? "th-TH-u-ca-buddhist" : "en-GB";
  return Number.isNaN(date.getTime()) ? day : date.toLocaleDateString(locale, { day: "numeric", month: "long", year: "numeric" });
}

function tell(state, sentence, rows = []) {
  verdict.className = state;
  verdict.hidden = false;
  verdict.querySelector("h2").textContent = sentence;
  const list = verdict.querySelector("dl");
  list.replaceChildren();
  for (const [name, value] of rows.filter((row) => row[1])) {
    list.append(Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: value }));
  }
  verdict.querySelector("#unknown").hidden = state !== "signed";
  verdict.focus();
}

async function textIn(file) {
  const picture = await createImageBitmap(file);
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const [found] = await new BarcodeDetector({ formats: ["qr_code"] }).detect(picture);
    if (found) return found.rawValue;
  }
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  for (const side of SIDES) {
    const scale = side / Math.max(picture.width, picture.height);
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const found = look(pen.getImageData(0, 0, canvas.width, canvas.height)).text;
    if (found) return found;
  }
  return null;
}
