/** The button that puts a text into the clipboard. */

import { shares as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";

const SAID_MS = 2500;

/** @param {{ text: string, of?: string }} props `of` says what, where several are copied. */
export function Copy({ text, of = "" }) {
  const copied = useSignal(false);
  return html`<button
    class="button small"
    type="button"
    aria-label=${of ? `${t.copy}: ${of}` : undefined}
    onClick=${copy}
  >
    <${Icon} name=${copied.value ? "check" : "copy"} />
    <span aria-live="polite">${copied.value ? t.copied : t.copy}</span>
  </button>`;

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return void prompt(t.copy, text); // where pages may not write there
    }
    copied.value = true;
    setTimeout(() => (copied.value = false), SAID_MS);
  }
}
