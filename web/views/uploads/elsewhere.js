/** An upload that another browser or program began: it can be discarded. */

import { wordsOf } from "../../api.js";
import { common, uploads as t } from "../../texts.js";
import { discardElsewhere } from "../../uploads/elsewhere.js";
import { html, useSignal } from "../../vendor/preact.js";
import { fromNow } from "../../wording/format.js";
import { Icon } from "../shared/icons.js";

/** @param {{ open: import("../../uploads/elsewhere.js").OpenUpload }} props */
export function ElsewhereRow({ open }) {
  const problem = useSignal("");
  const acting = useSignal(false);
  const { filename, size_bytes, created_at } = open;
  return html`<li class="upload interrupted">
    <span class="upload-picture"><span class="no-picture"><${Icon} name="clock" /></span></span>
    <div class="upload-body">
      <p class="upload-name" dir="auto" title=${filename}>${filename}</p>
      <p class="upload-state">${t.elsewhere(size_bytes, fromNow(created_at))}</p>
      ${problem.value && html`<p class="upload-state wrong" role="alert">${problem}</p>`}
    </div>
    <div class="upload-again">
      <button
        class="button small"
        aria-label=${t.discardOf(filename)}
        disabled=${acting.value}
        onClick=${discard}
      >
        ${common.discard}
      </button>
    </div>
  </li>`;

  async function discard() {
    acting.value = true;
    problem.value = "";
    try {
      await discardElsewhere(open);
    } catch (error) {
      problem.value = wordsOf(error);
      acting.value = false;
    }
  }
}
