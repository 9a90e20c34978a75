/** What is said of all assets, as a table: written, and read again. */

import { call } from "../api.js";
import { transfer } from "../uploads/transfer.js";

/** @typedef {import("../types.js").Job} Job */

/** How long one question may wait for news, in seconds. */
const WAIT = 20;

/**
 * Have all that is said of assets written as a table.
 * @param {(percent: number) => void} tell
 * @returns {Promise<string>} Its address; empty where it could not be made.
 */
export async function exportDescriptions(tell) {
  const { job_id } = await call("GET", "metadata/export/");
  return (await ended(job_id, tell)).download_url ?? "";
}

/**
 * Change assets as the rows of a table say, or only say what would become of each row.
 * @param {File} file
 * @param {boolean} dryRun
 * @param {(percent: number) => void} tell
 * @returns {Promise<Job>} As it has ended.
 */
export async function importDescriptions(file, dryRun, tell) {
  const body = { size_bytes: file.size, dry_run: dryRun };
  const { job_id, upload } = await call("POST", "metadata/import/", { body });
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, String(value));
  form.append("file", file);
  const never = new AbortController().signal;
  await transfer("POST", upload.url, form, { signal: never, onProgress: () => {} });
  return ended(job_id, tell);
}

/**
 * Wait until a job has ended.
 * @param {string} id
 * @param {(percent: number) => void} tell
 * @returns {Promise<Job>}
 */
async function ended(id, tell) {
  for (;;) {
    const job = await call("GET", `processing/${id}/status/`, { query: { wait: WAIT } });
    if (job.status === "failed" || job.status === "completed") return job;
    tell(job.progress_percent);
  }
}
