// Reads and checks the signed claim of a certificate (certificates/claims.py writes it) with what a browser has: no server is asked.

const TYPE = "json+deflate";
const MOST_BYTES = 8192;
const NAMES = ["code", "kind", "holder", "agency", "title", "earned", "issued", "issuer"];

// What is wrong with a text: "unreadable", "altered", "unknown_key", "distrusted", or "unable" of a browser that knows no Ed25519.
export class Wrong extends Error {}

// What the claim in this text says, and the kid of the key that signed it. `keys` is a JWK set. Rejects with Wrong.
export async function opened(text, keys) {
  const claim = text.trim().split("#").pop();
  const parts = claim.split(".");
  if (parts.length !== 3 || claim.length > MOST_BYTES) throw new Wrong("unreadable");
  const header = said(bytesOf(parts[0]));
  if (header.alg !== "EdDSA" || header.typ !== TYPE) throw new Wrong("unreadable");
  if ((keys.distrusted || []).some((one) => one.kid === header.kid)) throw new Wrong("distrusted");
  const key = keys.keys.find((one) => one.kid === header.kid);
  if (!key) throw new Wrong("unknown_key");
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  if (!(await isSigned(key, bytesOf(parts[2]), signed))) throw new Wrong("altered");
  const values = said(await inflated(bytesOf(parts[1])));
  if (values.v !== 1 || NAMES.some((name) => typeof values[name] !== "string")) throw new Wrong("unreadable");
  return { claim: values, kid: header.kid };
}

async function isSigned({ kty, crv, x }, signature, signed) {
  if (!globalThis.crypto || !crypto.subtle) throw new Wrong("unable");
  let key;
  try {
    key = await crypto.subtle.importKey("jwk", { kty, crv, x }, { name: "Ed25519" }, false, ["verify"]);
  } catch (none) {
    throw new Wrong("unable");
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, signed);
}

// Only the one way of writing these bytes is taken, as the server does.
function bytesOf(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Wrong("unreadable");
  let raw;
  try {
    raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch (no) {
    throw new Wrong("unreadable");
  }
  if (btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") !== text) throw new Wrong("altered");
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
}

function said(bytes) {
  try {
    const values = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (values && typeof values === "object" && !Array.isArray(values)) return values;
  } catch (no) { /* below */ }
  throw new Wrong("unreadable");
}

async function inflated(bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces = [];
  let size = 0;
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value);
      size += piece.value.length;
      if (size > MOST_BYTES) {
        reader.cancel().catch(() => undefined);
        throw new Wrong("unreadable");
      }
    }
  } catch (no) {
    throw new Wrong("unreadable");
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
