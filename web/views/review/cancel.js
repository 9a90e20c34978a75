/** Ending a review without a decision, which its uploader and admins may. */

import { isAdmin } from "../../data/me.js";
import { cancel } from "../../data/reviews.js";
import { memberId } from "../../session.js";
import { reviews as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";

/**
 * @param {{ workflow: import("../../types.js").Workflow, acting: boolean,
 *   act: import("./review.js").Act }} props
 */
export function Cancel({ workflow, acting, act }) {
  const comment = useSignal("");
  if (workflow.uploaded_by.id !== memberId && !isAdmin.value) return null;
  return html`<details class="fold">
    <summary>${t.cancelFold}</summary>
    <div class="field">
      <p id="review-cancel-hint" class="hint">${t.cancelHint}</p>
      <label for="review-cancel">${t.cancelWhy}</label>
      <textarea
        id="review-cancel"
        rows="2"
        dir="auto"
        maxlength="4000"
        aria-describedby="review-cancel-hint"
        value=${comment}
        onInput=${(/** @type {any} */ event) => (comment.value = event.currentTarget.value)}
      ></textarea>
      <button class="button danger" disabled=${acting} onClick=${send}>${t.cancel}</button>
    </div>
  </details>`;

  function send() {
    act(() => cancel(workflow, comment.value.trim()), t.cancelled);
  }
}
