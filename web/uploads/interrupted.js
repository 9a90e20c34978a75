/** Uploads of an earlier visit that never arrived: they go on, or are discarded. */

import { Problem, call, pause } from "../api.js";
import { memberId } from "../session.js";
import { signal } from "../vendor/preact.js";
import { endUpload } from "./elsewhere.js";
import { begunBy, forget } from "./journal.js";

/** @typedef {import("./journal.js").Begun} Begun */

/** How long the API surely knows an Idempotency-Key. */
const ANSWERS_KEPT_MS = 23 * 3_600_000;

/** How often, and after how long, a question is put again whose first answer is being made. */
const [TRIES, BETWEEN_MS] = [30, 1000];

/** What waits for its file, or for being discarded. */
export const interrupted = signal(/** @type {Begun[]} */ ([]));

/** Find what this member has begun in this browser and what is still open at the API. */
export async function findInterrupted() {
  const begun = await begunBy(memberId);
  const found = await Promise.all(begun.map(asItIs));
  interrupted.value = found.filter((one) => one !== null);
}

/** Forget what is shown, for whoever signs in next. */
export function forgetInterrupted() {
  interrupted.value = [];
}

/**
 * Give the interrupted upload to which a file seems to belong, and take it off the list.
 * @param {File} file
 * @returns {Begun | null}
 */
export function takeInterrupted({ name, size }) {
  const found = interrupted.value.find((one) => one.name === name && one.sizeBytes === size);
  if (found) takeOff(found);
  return found ?? null;
}

/**
 * Put an interrupted upload back on the list: the file was another one.
 * @param {Begun} begun
 */
export function giveBack(begun) {
  interrupted.value = [...interrupted.value, begun];
}

/**
 * End an interrupted upload, at the API too.
 * @param {Begun} begun
 */
export async function discard(begun) {
  const { upload, asset, version } = begun.reservation ?? {};
  if (upload && asset && version) await endUpload(upload.upload_id, asset.id, version.number);
  takeOff(begun);
  await forget(begun.key);
}

/** @param {Begun} begun */
function takeOff(begun) {
  interrupted.value = interrupted.value.filter((one) => one !== begun);
}

/**
 * Complete what is known of an upload; what does not wait for its bytes any more is forgotten.
 * @param {Begun} begun
 * @returns {Promise<Begun | null>}
 */
async function asItIs(begun) {
  try {
    const reservation = begun.reservation ?? (await askAgain(begun));
    const ends = Date.parse(reservation?.upload?.expires_at ?? "");
    if (reservation?.upload && ends > Date.now()) {
      const job = await call("GET", `processing/${reservation.upload.upload_id}/status/`);
      if (job.status === "pending") return { ...begun, reservation };
    }
  } catch (error) {
    if (!(error instanceof Problem) || error.passing) throw error;
  }
  await forget(begun.key);
  return null;
}

/**
 * Learn what was answered to a question of before, as long as the API keeps its answers.
 * @param {Begun} begun
 * @returns {Promise<import("../types.js").Reservation | null>}
 */
async function askAgain({ key, path, body, begunAt }) {
  if (Date.now() - begunAt > ANSWERS_KEPT_MS) return null;
  for (let tries = 1; ; tries += 1) {
    try {
      return await call("POST", path, { body, key });
    } catch (error) {
      const running = error instanceof Problem && error.code === "request_in_progress";
      if (!running || tries === TRIES) throw error;
      await pause(BETWEEN_MS);
    }
  }
}
