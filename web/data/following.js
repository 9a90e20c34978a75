/** What becomes of uploads: each one's job is asked for by itself, until the asset is settled. */

import { Problem, call, pause } from "../api.js";
import { whenOnline } from "../uploads/network.js";
import { signal } from "../vendor/preact.js";

/** @typedef {import("../types.js").Asset} Asset */
/** @typedef {import("../types.js").Job} Job */
/** @typedef {(id: string) => Promise<Asset | null>} Reload */

/** The API lets so many questions of a member wait for a change; others are answered at once. */
const WAITS = 2;
const WAIT_SECONDS = 20;
/** Browsers open six connections to a host over HTTP/1.1: some are left for people. */
const QUESTIONS = 3;
/** The first and the longest pause between two questions about a job that moves. */
const PAUSES_MS = [400, 4000];
/** Between two questions about bytes that somebody else sends, or has left off sending. */
const PATIENT_MS = 15_000;
const TROUBLE_MS = 5000;

/** @type {Map<string, import("../vendor/preact.js").Signal<Job | null>>} */
const jobs = new Map();

/** Whose jobs are asked for, and how to end the present pause. @type {Map<string, () => void>} */
const followed = new Map();

/** Those of them that wait for bytes which are not sent from here. @type {Set<string>} */
const patient = new Set();

/** Who waits for their turn to ask. @type {(() => void)[]} */
const line = [];

let asking = 0;
let waiting = 0;

/**
 * The job of an asset, as far as known; it changes as the job does.
 * @param {string} assetId
 */
export function jobOf(assetId) {
  let known = jobs.get(assetId);
  if (!known) jobs.set(assetId, (known = signal(/** @type {Job | null} */ (null))));
  return known;
}

/**
 * Whether an asset's status will change by itself soon.
 * @param {Asset} asset
 */
export function isUnsettled(asset) {
  return ["uploading", "scanning", "processing"].includes(asset.status);
}

/**
 * Follow an asset until it is settled; to follow it twice does no harm.
 * @param {string} assetId
 * @param {Reload} reload
 * @param {{ patiently?: boolean }} [options] `patiently`: its bytes come from elsewhere, if at all.
 */
export function follow(assetId, reload, { patiently = false } = {}) {
  const wake = followed.get(assetId);
  if (wake && (patiently || !patient.has(assetId))) return;
  patient[patiently ? "add" : "delete"](assetId);
  if (wake) wake();
  else watch(assetId, reload);
}

/** Follow nothing any more. */
export function followNone() {
  const ends = [...followed.values()];
  followed.clear();
  patient.clear();
  jobs.clear();
  ends.forEach((end) => end());
}

/**
 * Load an asset's job once.
 * @param {string} assetId
 * @param {number} [wait] Seconds that the answer may wait for a change.
 * @returns {Promise<Job>}
 */
export async function loadJob(assetId, wait = 0) {
  const query = wait ? { wait } : undefined;
  const job = await call("GET", `processing/${encodeURIComponent(assetId)}/status/`, { query });
  jobOf(assetId).value = job;
  return job;
}

/**
 * @param {string} assetId
 * @param {Reload} reload
 */
async function watch(assetId, reload) {
  let rest = PAUSES_MS[0];
  followed.set(assetId, () => {});
  while (followed.has(assetId)) {
    await whenOnline();
    const before = jobOf(assetId).value;
    try {
      const job = await ask(assetId, before);
      if (isNews(before, job)) {
        rest = PAUSES_MS[0];
        const asset = await reload(assetId);
        if (!asset || !isUnsettled(asset)) break;
      }
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing) {
        await reload(assetId).catch(() => null);
        break;
      }
      rest = TROUBLE_MS;
    }
    if (followed.has(assetId)) await sleep(assetId, patient.has(assetId) ? PATIENT_MS : rest);
    rest = Math.min(PAUSES_MS[1], rest * 1.5);
  }
  followed.delete(assetId);
  patient.delete(assetId);
}

/**
 * Ask once about one job. Who waits for an answer takes nobody's turn, and only what moves is
 * waited for: an upload that was left off never answers.
 * @param {string} assetId
 * @param {Job | null} before
 * @returns {Promise<Job>}
 */
async function ask(assetId, before) {
  if (before?.status === "running" && waiting < WAITS) {
    waiting += 1;
    return loadJob(assetId, WAIT_SECONDS).finally(() => (waiting -= 1));
  }
  if (asking >= QUESTIONS) await new Promise((resolve) => line.push(() => resolve(undefined)));
  asking += 1;
  return loadJob(assetId).finally(() => {
    asking -= 1;
    line.shift()?.();
  });
}

/**
 * Pause, unless woken.
 * @param {string} assetId
 * @param {number} milliseconds
 */
function sleep(assetId, milliseconds) {
  const stop = new AbortController();
  followed.set(assetId, () => stop.abort());
  return pause(milliseconds, stop.signal).catch(() => {});
}

/**
 * Whether the asset may look different now: its bytes are there, a task or the whole job ended.
 * @param {Job | null} before
 * @param {Job} job
 */
function isNews(before, job) {
  if (job.status === "completed" || job.status === "failed") return true;
  return job.status !== (before?.status ?? "pending") || ended(job) !== ended(before);
}

/** @param {Job | null} job */
function ended(job) {
  return job?.tasks.filter((task) => task.status === "completed").length ?? 0;
}
