// The camera: shows what it sees, and gives the text of each QR code that comes before it, once for as long as it stays.

import { ask } from "./door-net.js";

const EVERY = 150;          // milliseconds between looks of the phone itself
const EVERY_SENT = 700;     // and between pictures sent to the server
const GONE_AFTER = 2500;    // a code that was not seen for so long is new when it comes again
const SIDE = 640;           // pixels of the picture that is looked at
const MOST_BYTES = 200 * 1024;

// `seen(text)` for each code; `eyes` is "own" (the browser reads), "server" (pictures are sent) or "none" (not now).
export function camera(video, { frames, csrf, isOnline, seen, told }) {
  let stream;
  let lock;
  let timer;
  let last = { text: "", at: 0 };
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
    let pause = EVERY;
    try {
      if (video.readyState >= 2) {
        const found = await reader(video);
        pause = found.pause || EVERY;
        told(found.eyes);
        if (found.text) take(found.text);
      }
    } catch (failed) { /* this picture; the next may do */ }
    if (stream) timer = setTimeout(look, pause);
  }

  function take(text) {
    const isNew = text !== last.text || Date.now() - last.at > GONE_AFTER;
    last = { text, at: Date.now() };
    if (isNew) seen(text);
  }

  async function reading() {
    if (await hasDetector()) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async (picture) => {
        const found = (await detector.detect(picture)).find((one) => one.rawValue);
        return { eyes: "own", text: found && found.rawValue };
      };
    }
    return askServer;
  }

  async function askServer(picture) {
    if (!isOnline()) return { eyes: "none", pause: EVERY_SENT };
    const body = await jpegOf(picture);
    if (!body || body.size > MOST_BYTES) return { eyes: "server", pause: EVERY_SENT };
    const { status, said } = await ask(frames, { csrf: csrf(), body, patience: 5000 });
    return { eyes: status ? "server" : "none", text: status === 200 && said.text, pause: EVERY_SENT };
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

// The middle of the picture, square, as a small JPEG.
const canvas = document.createElement("canvas");

function jpegOf(video) {
  const side = Math.min(video.videoWidth, video.videoHeight);
  canvas.width = canvas.height = Math.min(SIDE, side);
  const left = (video.videoWidth - side) / 2;
  const top = (video.videoHeight - side) / 2;
  canvas.getContext("2d").drawImage(video, left, top, side, side, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.7));
}
