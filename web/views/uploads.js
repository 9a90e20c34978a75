/** The list of this visit's uploads with their progress. */

import { bytes, count, number, timeLeft } from "../format.js";
import { busy, rate, totals } from "../uploads/pace.js";
import { cancelAll, clearDone, uploads } from "../uploads/queue.js";
import { html, useSignal } from "../vendor/preact.js";
import { Icon } from "./icons.js";
import { UploadRow } from "./upload_row.js";

export function Uploads() {
  const folded = useSignal(false);
  if (uploads.value.length === 0) return null;
  return html`<section class="uploads" aria-labelledby="uploads-title">
    <header class="uploads-head">
      <h2 id="uploads-title">Uploads</h2>
      <button
        class="button quiet small"
        aria-expanded=${!folded.value}
        aria-controls="uploads-list"
        onClick=${() => (folded.value = !folded.value)}
      >
        ${folded.value ? "Show" : "Hide"}
      </button>
      ${busy.value
        ? html`<button class="button quiet small" onClick=${stopAll}>Cancel all</button>`
        : html`<button class="button quiet small" onClick=${clearDone}>Clear</button>`}
    </header>
    <${Total} />
    <ul class="uploads-list" id="uploads-list" hidden=${folded.value}>
      ${uploads.value.map((upload) => html`<${UploadRow} key=${upload.key} upload=${upload} />`)}
    </ul>
  </section>`;
}

function Total() {
  const { sentBytes, sizeBytes, files, done, refused } = totals.value;
  if (!busy.value) {
    const left = refused > 0 ? `, ${number(refused)} not` : "";
    return html`<p class="uploads-total" role="status">
      <${Icon} name=${left ? "alert" : "check"} />${count(done, "file")} sent${left}
    </p>`;
  }
  const left = rate.value > 0 ? ` · ${timeLeft((sizeBytes - sentBytes) / rate.value)} left` : "";
  return html`<div class="uploads-total">
    <progress max=${Math.max(1, sizeBytes)} value=${sentBytes} aria-label="All uploads"></progress>
    <p>
      <span>${done} of ${count(files, "file")} · ${bytes(sentBytes)} of ${bytes(sizeBytes)}</span>
      <span>${rate.value > 0 && `${bytes(rate.value)}/s`}${left}</span>
    </p>
  </div>`;
}

function stopAll() {
  if (confirm("Cancel all uploads that are not finished?")) cancelAll();
}
