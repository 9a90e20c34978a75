/** Reads files and answers with their SHA-256, apart from the page so that it stays quick. */

import { Sha256 } from "./sha256.js";

const CHUNK_BYTES = 4 * 1024 * 1024;
/** Files up to this are digested by the browser itself, several times as fast, in one piece. */
const WHOLE_BYTES = 16 * CHUNK_BYTES;

addEventListener("message", async ({ data: { number, file } }) => {
  try {
    const digest = file.size > WHOLE_BYTES ? inPieces : inOne;
    postMessage({ number, sha256: await digest(file) });
  } catch {
    postMessage({ number, sha256: null });
  }
});

/** @param {File} file */
async function inOne(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {File} file */
async function inPieces(file) {
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    hash.update(new Uint8Array(await file.slice(at, at + CHUNK_BYTES).arrayBuffer()));
  }
  return hash.hex();
}
