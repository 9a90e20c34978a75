/** The queue of files: reserved, sent a few at a time, cancelled, tried again. */

import { Problem, call } from "../api.js";
import { follow } from "../following.js";
import { loadAsset, refreshTenantSoon, showFirst } from "../library.js";
import { signal } from "../vendor/preact.js";
import { typeOf, withoutLitter } from "./gathering.js";
import { sendFile } from "./sending.js";
import { TransferError } from "./transfer.js";

const FILES_AT_ONCE = 3;

/**
 * Where a file stands. After `sent` its asset tells how it goes on; `refused` and `broken` have a
 * problem to show, and `broken` can be tried again.
 * @typedef {"waiting" | "sending" | "sent" | "refused" | "broken" | "cancelled"} Phase
 */

/**
 * @template T
 * @typedef {import("../vendor/preact.js").Signal<T>} Signal
 */

/**
 * @typedef {object} Upload
 * @property {string} key
 * @property {File} file
 * @property {Signal<Phase>} phase
 * @property {Signal<number>} sentBytes
 * @property {Signal<string>} problem
 * @property {Signal<string | null>} assetId
 * @property {string | null} uploadId
 * @property {AbortController} abort
 */

/** Every file of this visit, in the order they were added. */
export const uploads = signal(/** @type {Upload[]} */ ([]));

let sending = 0;

/**
 * Whether a file's bytes move or wait to.
 * @param {Upload} upload
 */
export function isMoving(upload) {
  return upload.phase.value === "waiting" || upload.phase.value === "sending";
}

/**
 * Add files to the queue.
 * @param {File[]} files
 */
export function add(files) {
  const fresh = withoutLitter(files).map((file) => ({
    key: crypto.randomUUID(),
    file,
    phase: signal(/** @type {Phase} */ ("waiting")),
    sentBytes: signal(0),
    problem: signal(""),
    assetId: signal(/** @type {string | null} */ (null)),
    uploadId: null,
    abort: new AbortController(),
  }));
  uploads.value = [...uploads.value, ...fresh];
  sendNext();
}

/**
 * Call a file's upload off, at the API too, so that nothing of it stays behind.
 * @param {Upload} upload
 */
export function cancel(upload) {
  upload.phase.value = "cancelled";
  upload.abort.abort();
  abandon(upload);
}

/**
 * Send a file again from the start: as a new upload, unless the first never came to be known.
 * @param {Upload} upload
 */
export function sendAgain(upload) {
  const key = upload.uploadId ? crypto.randomUUID() : upload.key;
  abandon(upload);
  const again = { ...upload, key, abort: new AbortController() };
  again.sentBytes.value = 0;
  again.problem.value = "";
  again.phase.value = "waiting";
  uploads.value = uploads.value.map((other) => (other === upload ? again : other));
  sendNext();
}

/** Take what is over out of the list. */
export function clearDone() {
  uploads.value = uploads.value.filter(isMoving);
}

/** Cancel everything that is not sent yet. */
export function cancelAll() {
  uploads.value.filter(isMoving).forEach(cancel);
}

function sendNext() {
  while (sending < FILES_AT_ONCE) {
    const upload = uploads.value.find((one) => one.phase.value === "waiting");
    if (!upload) return;
    sending += 1;
    upload.phase.value = "sending";
    send(upload)
      .catch((error) => explain(upload, error))
      .finally(() => {
        sending -= 1;
        sendNext();
      });
  }
}

/** @param {Upload} upload */
async function send(upload) {
  const { file, abort } = upload;
  /** @type {import("../types.js").Reservation} */
  const reservation = await call("POST", "assets/upload/", {
    body: { filename: file.name, size_bytes: file.size, content_type: typeOf(file) },
    key: upload.key,
  });
  upload.uploadId = reservation.upload.upload_id;
  upload.assetId.value = reservation.asset.id;
  if (abort.signal.aborted) return abandon(upload);
  await sendFile(file, reservation.upload, abort.signal, (sentBytes) => {
    upload.sentBytes.value = sentBytes;
  });
  upload.phase.value = "sent";
  showFirst(reservation.asset.id);
  follow(reservation.asset.id, loadAsset);
  await loadAsset(reservation.asset.id);
  refreshTenantSoon();
}

/**
 * Say why a file did not get through.
 * @param {Upload} upload
 * @param {unknown} error
 */
function explain(upload, error) {
  if (upload.phase.value !== "sending") return;
  const known = error instanceof Problem || error instanceof TransferError;
  const passing = error instanceof TransferError || (known && error.passing);
  upload.problem.value = known ? error.message : "The upload stopped unexpectedly. Try again.";
  upload.phase.value = passing || !known ? "broken" : "refused";
}

/** @param {Upload} upload */
function abandon(upload) {
  if (!upload.uploadId) return;
  call("DELETE", `uploads/${upload.uploadId}/`).catch(() => {});
  upload.uploadId = null;
}
