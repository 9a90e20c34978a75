/** An upload that an earlier visit began: its file picked again goes on, or it is discarded. */

import { uploads as t, common } from "../../texts.js";
import { wordsOf } from "../../api.js";
import { arrivedBytes } from "../../uploads/sending.js";
import { discard } from "../../uploads/interrupted.js";
import { add } from "../../uploads/queue.js";
import { html, useEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";

/** @param {{ begun: import("../../uploads/journal.js").Begun }} props */
export function InterruptedRow({ begun }) {
  const { name, sizeBytes, handle } = begun;
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const problem = useSignal("");
  const arrived = useSignal(0);
  useEffect(() => void count(), []);
  return html`<li class="upload interrupted">
    <span class="upload-picture"><span class="no-picture"><${Icon} name="clock" /></span></span>
    <div class="upload-body">
      <p class="upload-name" dir="auto" title=${name}>${name}</p>
      <p class="upload-state">${t.interrupted(arrived.value, sizeBytes, handle !== null)}</p>
      ${problem.value && html`<p class="upload-state wrong" role="alert">${problem}</p>`}
    </div>
    <div class="upload-again">
      <button class="button small" aria-label=${t.goOnWith(name)} onClick=${goOn}>${t.goOn}</button>
      <button
        class="button small quiet"
        aria-label=${t.discardOf(name)}
        onClick=${() => discard(begun).catch((error) => (problem.value = wordsOf(error)))}
      >
        ${common.discard}
      </button>
      <input ref=${input} type="file" hidden aria-label=${t.fileFor(name)} onChange=${pick} />
    </div>
  </li>`;

  async function count() {
    const plan = begun.reservation?.upload;
    if (plan?.method !== "MULTIPART") return;
    const sent = await arrivedBytes(plan, new AbortController().signal).catch(() => [0]);
    arrived.value = sent.reduce((sum, one) => sum + one, 0);
  }

  async function goOn() {
    problem.value = "";
    if (!handle) return input.current?.click();
    const allowed = await /** @type {any} */ (handle).requestPermission({ mode: "read" });
    if (allowed !== "granted") return input.current?.click();
    take(await handle.getFile());
  }

  /** @param {Event & { currentTarget: HTMLInputElement }} event */
  function pick(event) {
    const [file] = event.currentTarget.files ?? [];
    event.currentTarget.value = "";
    if (file) take(file);
  }

  /** @param {File} file */
  function take(file) {
    if (file.name === name && file.size === sizeBytes) add([file]);
    else problem.value = t.otherFile(file.name, file.size);
  }
}
