/** What becomes of uploads: their jobs are asked for, a few at a time, until the asset is settled. */

import { Problem, call, pause } from "./api.js";
import { signal } from "./vendor/preact.js";

/** @typedef {import("./types.js").Asset} Asset */
/** @typedef {import("./types.js").Job} Job */

/** Browsers open six connections to a host over HTTP/1.1; waiting takes no more than these. */
const LINES = 2;
/** How long an answer may wait for a change: short while others queue for the line. */
const WAIT_SECONDS = 20;
const WAIT_SECONDS_BUSY = 2;
/** The least time between two questions about one asset. */
const REST_MS = 400;

/** @type {Map<string, import("./vendor/preact.js").Signal<Job | null>>} */
const jobs = new Map();

/** Who is in line, and how their asset is loaded anew. @type {Map<string, Reload>} */
const followed = new Map();

/** Ids whose turn has not come. @type {string[]} */
const line = [];

let asking = 0;

/** @typedef {(id: string) => Promise<Asset | null>} Reload */

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
 */
export function follow(assetId, reload) {
  if (followed.has(assetId)) return;
  followed.set(assetId, reload);
  line.push(assetId);
  askNext();
}

/** Follow nothing any more. */
export function followNone() {
  followed.clear();
  line.length = 0;
  jobs.clear();
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

function askNext() {
  while (asking < LINES && line.length > 0) {
    const assetId = /** @type {string} */ (line.shift());
    asking += 1;
    ask(assetId)
      .then((settled) => leaveOrQueue(assetId, settled))
      .finally(() => {
        asking -= 1;
        askNext();
      });
  }
}

/**
 * @param {string} assetId
 * @param {boolean} settled
 */
function leaveOrQueue(assetId, settled) {
  if (settled) followed.delete(assetId);
  else if (followed.has(assetId)) line.push(assetId);
}

/**
 * Ask once about one asset.
 * @param {string} assetId
 * @returns {Promise<boolean>} Whether it is settled.
 */
async function ask(assetId) {
  const reload = followed.get(assetId);
  if (!reload) return true;
  const before = jobOf(assetId).value;
  const asked = Date.now();
  try {
    const job = await loadJob(assetId, before ? (line.length ? WAIT_SECONDS_BUSY : WAIT_SECONDS) : 0);
    if (isNews(before, job)) {
      const asset = await reload(assetId);
      if (!asset || !isUnsettled(asset)) return true;
    }
  } catch (error) {
    if (!(error instanceof Problem) || !error.passing) {
      await reload(assetId).catch(() => null);
      return true;
    }
    await pause(5000);
  }
  await pause(Math.max(0, REST_MS - (Date.now() - asked)));
  return false;
}

/**
 * Whether the asset may look different now: a task or the whole job ended.
 * @param {Job | null} before
 * @param {Job} job
 */
function isNews(before, job) {
  if (job.status === "completed" || job.status === "failed") return true;
  const ended = (/** @type {Job | null} */ j) =>
    j?.tasks.filter((task) => task.status === "completed").length ?? 0;
  return ended(job) !== ended(before);
}
