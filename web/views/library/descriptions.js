/** The page on which what is said of all assets is fetched as a table, and changed by one. */

import { LIBRARY } from "../../address.js";
import { Problem, wordsOf } from "../../api.js";
import { exportDescriptions, importDescriptions } from "../../data/descriptions.js";
import { noteChange } from "../../data/library.js";
import { mayCollect, me } from "../../data/me.js";
import { TransferError } from "../../uploads/transfer.js";
import { descriptions as t, library } from "../../texts.js";
import { html, useRef, useSignal } from "../../vendor/preact.js";
import { follow } from "../shared/download.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";

/** @typedef {import("../../types.js").Job} Job */

/** So many rows that were refused are named. */
const NAMED = 50;

const BACK = html`<p class="sheet-back">
  <${Link} to=${LIBRARY}><${Icon} name="previous" class="turns" />${library.title}<//>
</p>`;

export function Descriptions() {
  return html`<${Sheet} title=${t.title} before=${BACK}>
    <p class="sheet-lead">${t.lead}</p>
    ${mayCollect.value && html`<${Export} /><${Import} />`}
    ${me.value && !mayCollect.value && html`<p class="message" role="alert">${t.notForYou}</p>`}
  <//>`;
}

function Export() {
  const percent = useSignal(/** @type {number | null} */ (null));
  const problem = useSignal("");
  const making = percent.value !== null;
  return html`<section class="panel stack" aria-labelledby="export-title">
    <h2 id="export-title">${t.exportTitle}</h2>
    <p class="hint">${t.exportHint}</p>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    <div>
      <button class="button" disabled=${making} onClick=${make}>
        <${Icon} name="download" /><span aria-live="polite">${making ? t.making(percent.value ?? 0) : t.make}</span>
      </button>
    </div>
  </section>`;

  async function make() {
    problem.value = "";
    percent.value = 0;
    try {
      const url = await exportDescriptions((made) => (percent.value = made));
      if (url) follow(url);
      else problem.value = t.exportFailed;
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      percent.value = null;
    }
  }
}

function Import() {
  const percent = useSignal(/** @type {number | null} */ (null));
  const problem = useSignal("");
  const told = useSignal(/** @type {{ job: Job, dry: boolean } | null} */ (null));
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const working = percent.value !== null;
  return html`<form class="panel stack" aria-labelledby="import-title" onSubmit=${send}>
    <h2 id="import-title">${t.importTitle}</h2>
    <div class="field">
      <label for="import-file">${t.file}</label>
      <input id="import-file" ref=${input} type="file" required accept=".csv,text/csv"
        aria-describedby="import-hint" onChange=${() => (told.value = null)} />
      <p class="hint" id="import-hint">${t.importHint}</p>
    </div>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    <div class="field-row">
      <button class="button primary" name="deed" value="try" disabled=${working}>${t.tryIt}</button>
      <button class="button" name="deed" value="make" disabled=${working}>${t.change}</button>
    </div>
    <p role="status">${working && t.reading(percent.value ?? 0)}</p>
    ${told.value && html`<${Outcome} ...${told.value} />`}
  </form>`;

  /** @param {SubmitEvent} event */
  async function send(event) {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    const [file] = input.current?.files ?? [];
    if (!file) return;
    const dry = button?.value !== "make";
    problem.value = "";
    told.value = null;
    percent.value = 0;
    try {
      const job = await importDescriptions(file, dry, (done) => (percent.value = done));
      const fault = job.tasks.find((task) => task.error)?.error?.message;
      if (job.status === "failed") problem.value = fault ?? t.importFailed;
      else told.value = { job, dry };
      if (!dry) noteChange();
    } catch (error) {
      const said = error instanceof Problem || error instanceof TransferError;
      problem.value = said ? error.message : wordsOf(error);
    } finally {
      percent.value = null;
    }
  }
}

/** @param {{ job: Job, dry: boolean }} props */
function Outcome({ job, dry }) {
  const counts = job.row_counts ?? {};
  const refused = (job.rows ?? []).filter((row) => row.status === "refused");
  const left = (counts.refused ?? refused.length) - Math.min(refused.length, NAMED);
  return html`<div class="stack" role="status">
    <p><strong>${dry ? t.wouldBe : t.was}</strong> ${t.counts(counts)}</p>
    ${refused.length > 0 &&
    html`<ul class="screen-errors">
      ${refused.slice(0, NAMED).map(({ row, errors }) => html`<li key=${row} dir="auto">${t.refusal(row, errors)}</li>`)}
    </ul>`}
    ${left > 0 && html`<p class="hint">${t.andMore(left)}</p>`}
  </div>`;
}
