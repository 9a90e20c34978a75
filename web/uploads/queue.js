/** The queue of files: read, reserved, sent a few at a time, tried again, called off. */

import { Problem, call } from "../api.js";
import { follow } from "../data/following.js";
import { loadAsset, refreshTenantSoon, showFirst, whenTenantKnown } from "../data/library.js";
import { memberId } from "../session.js";
import { problems } from "../texts.js";
import { signal } from "../vendor/preact.js";
import { refusalOf, typeRefusal } from "./accepting.js";
import { duplicatesOf } from "./duplicates.js";
import { typeOf, withoutLitter } from "./gathering.js";
import { sha256Of } from "./hashing.js";
import { giveBack, takeInterrupted } from "./interrupted.js";
import { forget, hold, remember } from "./journal.js";
import { whenOnline } from "./network.js";
import { sendFile } from "./sending.js";
import { TransferError } from "./transfer.js";

const READ_AT_ONCE = 2;
const SENT_AT_ONCE = 3;

/**
 * Where a file stands: in line; read, to learn its SHA-256; `asking` because the same file is there
 * already; `ready` to be sent; on its way; `sent`, whereupon its asset tells how it goes on.
 * `refused` and `broken` have a problem to show, and `broken` can be tried again.
 * @typedef {"waiting" | "reading" | "asking" | "ready" | "sending" | "sent" | "refused" | "broken"
 *   | "cancelled" | "skipped"} Phase
 */

/**
 * @template T
 * @typedef {import("../vendor/preact.js").Signal<T>} Signal
 */

/**
 * @typedef {object} Upload
 * @property {string} key
 * @property {File} file
 * @property {FileSystemFileHandle | null} handle
 * @property {Signal<Phase>} phase
 * @property {Signal<number>} sentBytes
 * @property {Signal<string>} problem
 * @property {Signal<string | null>} assetId
 * @property {Signal<import("./duplicates.js").Twin[]>} twins What holds the same bytes already.
 * @property {import("./journal.js").Begun | null} begun What an earlier visit began, and this goes
 *   on with if the bytes are the same.
 * @property {string | null} target The asset of which this is a new version.
 * @property {boolean} link Whether bytes that are there already are taken instead of sent.
 * @property {string} sha256
 * @property {import("../types.js").Reservation | null} reservation
 * @property {AbortController} abort
 */

/** Every file of this visit, in the order they were added. */
export const uploads = signal(/** @type {Upload[]} */ ([]));

/** @type {Record<"reading" | "sending", number>} */
const active = { reading: 0, sending: 0 };

/**
 * Whether a file's bytes move or wait to.
 * @param {Upload} upload
 */
export function isMoving(upload) {
  return ["waiting", "reading", "asking", "ready", "sending"].includes(upload.phase.value);
}

/**
 * Add files to the queue.
 * @param {File[]} files
 * @param {{ target?: string, handles?: Map<File, FileSystemFileHandle> }} [options] `target`: the
 *   asset of which they are new versions.
 */
export function add(files, { target, handles } = {}) {
  const fresh = withoutLitter(files).map((file) => newUpload(file, target, handles?.get(file)));
  uploads.value = [...uploads.value, ...fresh];
  goOn();
}

/**
 * Call a file's upload off, at the API too, so that nothing of it stays behind.
 * @param {Upload} upload
 */
export function cancel(upload) {
  upload.phase.value = "cancelled";
  upload.abort.abort();
  abandon(upload);
  if (upload.begun) giveBack(upload.begun);
  goOn();
}

/**
 * Try a file again: what has arrived of it is not sent twice.
 * @param {Upload} upload
 */
export function sendAgain(upload) {
  upload.abort = new AbortController();
  upload.problem.value = "";
  upload.phase.value = upload.sha256 ? "ready" : "waiting";
  goOn();
}

/**
 * Say what becomes of a file whose bytes are there already.
 * @param {Upload} upload
 * @param {"send" | "link" | "version" | "skip"} choice
 */
export function decide(upload, choice) {
  upload.link = choice === "link" || choice === "version";
  if (choice === "version") upload.target = upload.twins.value[0].id;
  upload.phase.value = choice === "skip" ? "skipped" : "ready";
  goOn();
}

/** Take what is over out of the list, and what cannot go on away for good. */
export function clearDone() {
  uploads.value.filter((one) => one.phase.value === "broken").forEach(abandon);
  uploads.value = uploads.value.filter(isMoving);
}

/** Cancel everything that is not sent yet. */
export function cancelAll() {
  uploads.value.filter(isMoving).forEach(cancel);
}

/**
 * @param {File} file
 * @param {string} [target]
 * @param {FileSystemFileHandle} [handle]
 * @returns {Upload}
 */
function newUpload(file, target, handle) {
  const refusal = refusalOf(file);
  return {
    key: crypto.randomUUID(),
    file,
    handle: handle ?? null,
    phase: signal(/** @type {Phase} */ (refusal ? "refused" : "waiting")),
    sentBytes: signal(0),
    problem: signal(refusal),
    assetId: signal(/** @type {string | null} */ (null)),
    twins: signal(/** @type {import("./duplicates.js").Twin[]} */ ([])),
    begun: refusal || target ? null : takeInterrupted(file),
    target: target ?? null,
    link: false,
    sha256: "",
    reservation: null,
    abort: new AbortController(),
  };
}

/** Begin whatever there is room for. */
function goOn() {
  begin("waiting", "reading", READ_AT_ONCE, prepare);
  begin("ready", "sending", SENT_AT_ONCE, send);
}

/**
 * @param {Phase} from
 * @param {"reading" | "sending"} to
 * @param {number} room
 * @param {(upload: Upload) => Promise<void>} work
 */
function begin(from, to, room, work) {
  while (active[to] < room) {
    const upload = uploads.value.find((one) => one.phase.value === from);
    if (!upload) return;
    active[to] += 1;
    upload.phase.value = to;
    work(upload)
      .catch((error) => explain(upload, to, error))
      .finally(() => {
        active[to] -= 1;
        goOn();
      });
  }
}

/** @param {Upload} upload */
async function prepare(upload) {
  await whenTenantKnown();
  if (upload.phase.value !== "reading") return;
  const refusal = refusalOf(upload.file);
  if (refusal) return refuse(upload, refusal);
  upload.sha256 = await sha256Of(upload.file);
  await whenOnline(upload.abort.signal);
  if (upload.phase.value !== "reading") return;
  const { begun } = upload;
  upload.begun = null;
  if (begun?.sha256 === upload.sha256) {
    upload.reservation = begun.reservation;
    upload.key = begun.key;
  } else {
    if (begun) giveBack(begun);
    upload.twins.value = await duplicatesOf(upload, uploads.value);
  }
  if (upload.phase.value !== "reading") return;
  upload.phase.value = upload.twins.value.length > 0 ? "asking" : "ready";
}

/**
 * @param {Upload} upload
 * @param {string} refusal
 */
function refuse(upload, refusal) {
  if (upload.begun) giveBack(upload.begun);
  upload.begun = null;
  upload.problem.value = refusal;
  upload.phase.value = "refused";
}

/** @param {Upload} upload */
async function send(upload) {
  const { abort } = upload;
  await whenOnline(abort.signal);
  const release = hold(upload.key);
  try {
    const known = upload.reservation !== null;
    const reservation = (upload.reservation ??= await reserve(upload));
    upload.assetId.value = reservation.asset.id;
    if (abort.signal.aborted) return abandon(upload);
    if (reservation.upload) {
      await sendFile(upload.file, reservation.upload, abort.signal, known, (sentBytes) => {
        upload.sentBytes.value = sentBytes;
      });
    }
    await forget(upload.key);
  } finally {
    release();
  }
  upload.phase.value = "sent";
  const { id } = upload.reservation.asset;
  if (await loadAsset(id)) showFirst(id);
  follow(id, loadAsset);
  refreshTenantSoon();
}

/**
 * Ask for room for a file; what is asked for is written down first, so that a reload loses nothing.
 * @param {Upload} upload
 * @returns {Promise<import("../types.js").Reservation>}
 */
async function reserve({ file, handle, key, link, sha256, target }) {
  const path = target ? `assets/${target}/upload_version/` : "assets/upload/";
  const described = { filename: file.name, size_bytes: file.size, content_type: typeOf(file) };
  const body = { ...described, sha256, link_existing: link };
  const { name, size: sizeBytes } = file;
  const begunAt = Date.now();
  const begun = { key, memberId, path, body, begunAt, name, sizeBytes, sha256, handle };
  await remember({ ...begun, reservation: null });
  const reservation = await call("POST", path, { body, key });
  await remember({ ...begun, reservation });
  return reservation;
}

/**
 * Say why a file did not get through.
 * @param {Upload} upload
 * @param {"reading" | "sending"} phase In which it failed.
 * @param {unknown} error
 */
function explain(upload, phase, error) {
  if (upload.phase.value !== phase) return;
  if (!navigator.onLine) {
    // The network went away meanwhile: the same again when it is back.
    upload.phase.value = phase === "reading" ? "waiting" : "ready";
    return;
  }
  const known = error instanceof Problem || error instanceof TransferError;
  const passing = error instanceof TransferError ? !error.final : known && error.passing;
  const over = error instanceof Problem && [404, 409].includes(error.status);
  upload.problem.value = known ? error.message : problems.uploadStopped;
  if (error instanceof Problem && error.status === 415) {
    upload.problem.value = typeRefusal(upload.file);
  }
  if (upload.reservation && (over || (error instanceof TransferError && error.status === 403))) {
    // What was reserved is of no use any more: the next try begins anew.
    abandon(upload);
    upload.key = crypto.randomUUID();
    upload.phase.value = "broken";
  } else {
    upload.phase.value = passing || !known ? "broken" : "refused";
    if (upload.phase.value === "refused") abandon(upload);
  }
}

/** @param {Upload} upload */
function abandon(upload) {
  const uploadId = upload.reservation?.upload?.upload_id;
  upload.reservation = null;
  upload.sentBytes.value = 0;
  if (upload.sha256) forget(upload.key);
  if (uploadId) call("DELETE", `uploads/${uploadId}/`).catch(() => {});
}
