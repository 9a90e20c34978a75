/** The list of this visit's uploads with their progress, what an earlier visit left, and what others began. */

import { uploads as t } from "../../texts.js";
import { elsewhere } from "../../uploads/elsewhere.js";
import { interrupted } from "../../uploads/interrupted.js";
import { online } from "../../uploads/network.js";
import { asking, busy, outcomeOf, outcomes, rate, totals } from "../../uploads/pace.js";
import { cancelAll, clearDone, decide, uploads } from "../../uploads/queue.js";
import { computed, html, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { ElsewhereRow } from "./elsewhere.js";
import { InterruptedRow } from "./interrupted.js";
import { UploadRow } from "./row.js";

/** The id of the list's heading: the keyboard goes there from what is gone. */
export const TITLE = "uploads-title";

/** What needs somebody stands first, then what moves, then what is over. */
const RANKS = { failed: 0, refused: 0, under_way: 1, processing: 1, done: 2, deleted: 2, cancelled: 2 };

/** Whether there is anything to list. */
export const hasUploads = computed(
  () => uploads.value.length + interrupted.value.length + elsewhere.value.length > 0,
);

export function Uploads() {
  const folded = useSignal(false);
  if (!hasUploads.value) return null;
  return html`<section class="uploads" aria-labelledby=${TITLE}>
    <header class="uploads-head">
      <h2 id=${TITLE} tabindex="-1">${t.title}</h2>
      <button
        class="button quiet small"
        aria-expanded=${!folded.value}
        aria-controls="uploads-list"
        onClick=${() => (folded.value = !folded.value)}
      >
        ${folded.value ? t.show : t.hide}
      </button>
      ${busy.value &&
      html`<button class="button quiet small" onClick=${stopAll}>${t.cancelAll}</button>`}
      ${!busy.value &&
      uploads.value.length > 0 &&
      html`<button class="button quiet small" onClick=${clear}>${t.clear}</button>`}
    </header>
    ${uploads.value.length > 0 && html`<${Total} />`}
    <${Duplicates} />
    <ul class="uploads-list" id="uploads-list" hidden=${folded.value}>
      ${interrupted.value.map(
        (begun) => html`<${InterruptedRow} key=${begun.key} begun=${begun} />`,
      )}
      ${ranked().map((upload) => html`<${UploadRow} key=${upload.key} upload=${upload} />`)}
      ${elsewhere.value.map((open) => html`<${ElsewhereRow} key=${open.upload_id} open=${open} />`)}
    </ul>
  </section>`;
}

function ranked() {
  return uploads.value.toSorted((one, other) => rankOf(one) - rankOf(other));
}

/** @param {import("../../uploads/queue.js").Upload} upload */
function rankOf(upload) {
  return upload.phase.value === "asking" ? 0 : RANKS[outcomeOf(upload)];
}

function Total() {
  const { files, handled, handledBytes, sizeBytes } = totals.value;
  const counts = outcomes.value;
  const bad = counts.failed + counts.refused > 0;
  if (!busy.value) {
    return html`<p class="uploads-total" role="status">
      <${Icon} name=${bad ? "alert" : counts.processing > 0 ? "clock" : "check"} />
      ${t.outcome(counts)}
    </p>`;
  }
  return html`<div class="uploads-total">
    ${handled < files &&
    html`<progress
        max=${Math.max(1, sizeBytes)}
        value=${handledBytes}
        aria-label=${t.all}
      ></progress>
      <p>
        <span>${t.underWay(totals.value)}</span>
        ${online.value
          ? html`<span>${rate.value > 0 && t.pace(rate.value, sizeBytes - handledBytes)}</span>`
          : html`<strong role="status">${t.offline}</strong>`}
      </p>`}
    ${asking.value > 0 && html`<p role="status"><strong>${t.waitForYou(asking.value)}</strong></p>`}
    ${bad && html`<p class="uploads-bad">${t.outcome({ ...counts, done: 0, processing: 0, deleted: 0 })}</p>`}
  </div>`;
}

/** One answer for all files that are there already. */
function Duplicates() {
  const twins = uploads.value.filter((one) => one.phase.value === "asking");
  if (twins.length < 2) return null;
  return html`<p class="uploads-all">
    ${t.severalTwins(twins.length)}
    <button class="button small" onClick=${() => answer("skip")}>
      ${t.skipAll}
    </button>
    <button class="button small" onClick=${() => answer("send")}>
      ${t.sendAll}
    </button>
  </p>`;

  /** @param {"skip" | "send"} choice */
  function answer(choice) {
    twins.forEach((one) => decide(one, choice));
    document.getElementById(TITLE)?.focus();
  }
}

function stopAll() {
  if (confirm(t.confirmCancelAll)) cancelAll();
}

/** The list goes with what is taken out, and the keyboard to what follows it. */
function clear() {
  clearDone();
  document.getElementById(hasUploads.value ? TITLE : "content")?.focus({ preventScroll: true });
}

