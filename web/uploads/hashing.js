/** A file's SHA-256, worked out in a worker. */

import { problems } from "../texts.js";
import { TransferError } from "./transfer.js";

/** @type {Worker | undefined} */
let worker;

/** Who waits for which answer. @type {Map<number, (sha256: string | null | undefined) => void>} */
const asked = new Map();

let last = 0;

/** @type {any} */
let policy;

/**
 * @param {File} file
 * @returns {Promise<string>} In hexadecimal.
 * @throws {TransferError} the file cannot be read (any more).
 */
export async function sha256Of(file) {
  const number = (last += 1);
  /** @type {string | null | undefined} */
  const found = await new Promise((resolve) => {
    asked.set(number, resolve);
    theWorker().postMessage({ number, file });
  });
  if (found === undefined) throw new TransferError(problems.unreachable, 0);
  if (found === null) throw new TransferError(problems.fileChanged, 400, true);
  return found;
}

/** Load the worker ahead, so that it is there when the network is not. */
export function prepareHashing() {
  theWorker();
}

function theWorker() {
  if (worker) return worker;
  const url = new URL("./hash_worker.js", import.meta.url).href;
  worker = new Worker(trusted(url), { type: "module" });
  worker.addEventListener("message", ({ data: { number, sha256 } }) => {
    asked.get(number)?.(sha256);
    asked.delete(number);
  });
  worker.addEventListener("error", startAnew);
  return worker;
}

/** The worker could not be loaded: who waits tries again, and another one is made. */
function startAnew() {
  worker = undefined;
  asked.forEach((answer) => answer(undefined));
  asked.clear();
}

/**
 * The page's policy takes scripts by trusted addresses alone, where browsers know of it.
 * @param {string} url
 * @returns {string}
 */
function trusted(url) {
  const { trustedTypes } = /** @type {any} */ (window);
  if (!trustedTypes) return url;
  policy ??= trustedTypes.createPolicy("reef-worker", { createScriptURL: () => url });
  return policy.createScriptURL("");
}
