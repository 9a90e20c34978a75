/** The steps of a job as they happen. */

import { assets as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { taskWords } from "../../wording/assets.js";
import { Icon } from "./icons.js";

/** @type {Record<string, string>} */
const ICONS = { pending: "clock", running: "retry", completed: "check", failed: "alert" };

/** Why an asset fails in its scan; every other failure is the file's own. */
const SCAN_REASONS = ["unscannable", "scanner_unavailable"];

/**
 * @param {{ job: import("../../types.js").Job | null, asset: import("../../types.js").Asset,
 *   brief?: boolean }} props
 */
export function Steps({ job, asset, brief = false }) {
  if (!job) return null;
  return html`<ol class=${`steps ${brief ? "brief" : ""}`}>
    ${job.tasks.map((task) => {
      const status = statusOf(task, asset);
      return html`<li key=${task.job_type} class=${`step ${status}`}>
        <${Icon} name=${ICONS[status] ?? "clock"} />
        <span>${taskWords(task.job_type)}</span>
        <span class="step-state">${t.progress[status] ?? status}</span>
      </li>`;
    })}
  </ol>`;
}

/**
 * A file that is refused before or after its scan has not failed its virus check.
 * @param {import("../../types.js").Task} task
 * @param {import("../../types.js").Asset} asset
 */
function statusOf({ job_type, status }, { status_reason: reason, scan }) {
  const own = reason && !SCAN_REASONS.includes(reason);
  if (job_type !== "virus_scan" || status !== "failed" || !own) return status;
  return scan?.status === "clean" ? "completed" : "not_reached";
}
