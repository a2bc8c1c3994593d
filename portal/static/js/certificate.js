// Checking certificates: what a scanned address carries behind its # is checked, too, and the camera reads a code by itself.

import { look as lookFor } from "./door-qr.js";

const check = document.querySelector("[data-check]");
const SIDE = 900;      // pixels of the picture that is looked at: the code is a dense one
const EVERY = 200;     // milliseconds between two looks

// Only the portal's own page: the claim is never sent anywhere else.
function show(text) {
  location.assign(`${check.getAttribute("action")}?q=${encodeURIComponent(text)}`);
}

if (check && location.hash.length > 60) {
  location.replace(`${check.getAttribute("action")}?q=${encodeURIComponent(location.hash)}`);
}

const box = document.querySelector("[data-scan]");
if (box && navigator.mediaDevices) {
  const video = box.querySelector("[data-scan-view]");
  const button = box.querySelector("[data-scan-button]");
  const says = box.querySelector("[data-scan-says]");
  const canvas = document.createElement("canvas");
  let stream;

  box.hidden = false;
  button.addEventListener("click", async () => {
    if (stream) return stop();
    says.textContent = "";
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } }, audio: false });
    } catch (denied) {
      says.textContent = says.dataset.denied;
      return undefined;
    }
    video.srcObject = stream;
    video.hidden = false;
    button.setAttribute("aria-pressed", "true");
    await video.play();
    return watch(await reading());
  });
  addEventListener("pagehide", stop);

  function stop() {
    if (stream) for (const track of stream.getTracks()) track.stop();
    stream = undefined;
    video.hidden = true;
    button.setAttribute("aria-pressed", "false");
  }

  async function watch(read) {
    while (stream) {
      const text = video.readyState >= 2 ? await read().catch(() => null) : null;
      if (text) {
        stop();
        return show(text);
      }
      await new Promise((done) => setTimeout(done, EVERY));
    }
    return undefined;
  }

  async function reading() {
    if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async () => ((await detector.detect(video)).find((one) => one.rawValue) || {}).rawValue;
    }
    return async () => lookFor(middle()).text;
  }

  function middle() {
    const side = Math.min(video.videoWidth, video.videoHeight);
    canvas.width = canvas.height = Math.min(SIDE, side);
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
    return pen.getImageData(0, 0, canvas.width, canvas.height);
  }
}
