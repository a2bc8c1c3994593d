// What a scanned or typed text says, as far as a door can tell without the server, which alone decides (tickets.py).

const SIX = /^[2-9A-HJKMNP-Z]{6}$/;
const ADDRESS = /\/tickets\/([a-z0-9-]{1,60})\/([a-z0-9]{6})\.[a-z0-9]{1,40}(?=$|[?#/])/i;
const APART = /[\s\u200b\u2010-\u2015_.·-]+/g;

// What the keys of a Thai keyboard (Kedmanee) type, and the Latin letters on them, for whoever forgot to switch.
const TYPED = "ๆไ/-ภถุึคตำพะัีรนยฟหกดเ้่าสผปแอิืทฎฑธํ๊ณฯญฤฆฏโฌ็๋ษศฉฮฺ์";
const MEANT = "QW23456789ERTYUIOPASDFGHJKLZXCVBNMERTYUIOPASDFGHJKLCVBN";
const DIGITS = "๐๑๒๓๔๕๖๗๘๙";

function switched(text) {
  const letters = [...text].map((one) => (DIGITS.includes(one) ? String(DIGITS.indexOf(one)) : one));
  const isThai = letters.some((one) => one > "\u0e00" && TYPED.includes(one));
  return letters.map((one) => (isThai && TYPED.includes(one) ? MEANT[TYPED.indexOf(one)] : one)).join("");
}

// {ticket} of this workshop, {ticket, elsewhere: workshop} for another one's, or null: no ticket at all.
export function read(text, workshop) {
  const address = ADDRESS.exec(text);
  if (address) {
    const of = address[1].toLowerCase();
    return of === workshop ? { ticket: address[2].toUpperCase() } : { elsewhere: of, ticket: address[2].toUpperCase() };
  }
  const typed = switched(text.trim()).replace(APART, "").toUpperCase();
  return SIX.test(typed) ? { ticket: typed } : null;
}

// K7M-4QX, as people read it aloud.
export const spaced = (ticket) => `${ticket.slice(0, 3)}-${ticket.slice(3)}`;
