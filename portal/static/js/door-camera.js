// The camera: shows what it sees, and gives the text of each QR code that comes before it, once for as long as it stays.
// The browser's own reader looks where there is one, else ours does; what ours sees but cannot read the server is shown.

import { ask } from "./door-net.js";
import { look as lookFor } from "./door-qr.js";

const EVERY = 120;          // milliseconds between two looks, at least as long as a look takes
const EVERY_SENT = 800;     // and between two pictures that the server is shown
const GONE_AFTER = 2500;    // a code that was not seen for so long is new when it comes again
const SIDE = 600;           // pixels of the picture that is looked at
const MOST_BYTES = 200 * 1024;

// `seen(text)` is told each code.
export function camera(video, { frames, csrf, isOnline, seen }) {
  let stream;
  let lock;
  let timer;
  const lately = new Map();   // text → when it was last seen
  let reader;

  async function start() {
    if (stream) return;
    const wish = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    stream = await navigator.mediaDevices.getUserMedia({ video: wish, audio: false });
    video.srcObject = stream;
    await video.play();
    reader = reader || (await reading());
    if (navigator.wakeLock) lock = await navigator.wakeLock.request("screen").catch(() => undefined);
    look();
  }

  function stop() {
    clearTimeout(timer);
    if (stream) for (const track of stream.getTracks()) track.stop();
    if (lock) lock.release().catch(() => undefined);
    stream = lock = undefined;
    video.srcObject = null;
  }

  async function look() {
    if (!stream) return;
    const begun = performance.now();
    try {
      const text = video.readyState >= 2 && (await reader(video));
      if (text) take(text);
    } catch (failed) { /* this picture; the next may do */ }
    if (stream) timer = setTimeout(look, Math.max(EVERY, performance.now() - begun));
  }

  function take(text) {
    const isNew = performance.now() - (lately.has(text) ? lately.get(text) : -Infinity) > GONE_AFTER;
    lately.set(text, performance.now());
    if (isNew) seen(text);
  }

  async function reading() {
    if (!(await hasDetector())) return lookOurselves;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (picture) => ((await detector.detect(picture)).find((one) => one.rawValue) || {}).rawValue;
  }

  let shownAt = -Infinity;

  async function lookOurselves(picture) {
    const { text, isThere } = lookFor(middleOf(picture));
    if (text || !isThere || !isOnline() || performance.now() - shownAt < EVERY_SENT) return text;
    shownAt = performance.now();
    showServer();
    return null;
  }

  async function showServer() {
    const body = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.7));
    if (!body || body.size > MOST_BYTES) return;
    const { status, said } = await ask(frames, { csrf: csrf(), body, patience: 5000 });
    if (stream && status === 200 && said.text) take(said.text);
  }

  const torch = () => {
    const track = stream && stream.getVideoTracks()[0];
    return track && track.getCapabilities && track.getCapabilities().torch ? track : undefined;
  };

  return {
    start,
    stop,
    isOn: () => Boolean(stream),
    hasTorch: () => Boolean(torch()),
    light: (on) => torch().applyConstraints({ advanced: [{ torch: on }] }),
  };
}

async function hasDetector() {
  try {
    return "BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
  } catch (none) {
    return false;
  }
}

// The middle of the picture, square.
const canvas = document.createElement("canvas");

function middleOf(video) {
  const side = Math.min(video.videoWidth, video.videoHeight);
  canvas.width = canvas.height = Math.min(SIDE, side);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
