/** The steps of a job as they happen. */

import { html } from "../vendor/preact.js";
import { taskWords } from "../words.js";
import { Icon } from "./icons.js";

/** @type {Record<string, { icon: string, words: string }>} */
const MARKS = {
  pending: { icon: "clock", words: "waiting" },
  running: { icon: "retry", words: "running" },
  completed: { icon: "check", words: "done" },
  failed: { icon: "alert", words: "failed" },
};

/** @param {{ job: import("../types.js").Job | null, brief?: boolean }} props */
export function Steps({ job, brief = false }) {
  if (!job) return null;
  return html`<ol class=${`steps ${brief ? "brief" : ""}`}>
    ${job.tasks.map(
      (task) =>
        html`<li key=${task.job_type} class=${`step ${task.status}`}>
          <${Icon} name=${MARKS[task.status]?.icon} />
          <span>${taskWords(task.job_type)}</span>
          <span class="step-state">${MARKS[task.status]?.words ?? task.status}</span>
        </li>`,
    )}
  </ol>`;
}
