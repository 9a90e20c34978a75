/** Ending a review without a decision, which its uploader and admins may. */

import { cancel } from "../reviews.js";
import { memberId } from "../session.js";
import { html, useSignal } from "../vendor/preact.js";

/**
 * The API does not tell who is an admin, so whoever is not the uploader is told who may.
 * @param {{ workflow: import("../types.js").Workflow, acting: boolean,
 *   act: import("./review.js").Act }} props
 */
export function Cancel({ workflow, acting, act }) {
  const comment = useSignal("");
  const own = workflow.uploaded_by.id === memberId;
  return html`<details class="fold">
    <summary>Cancel this review</summary>
    <div class="field">
      <p id="review-cancel-hint" class="hint">
        ${!own && "The uploader and admins can. "}Nobody has to decide it then, and this version is
        not approved.
      </p>
      <label for="review-cancel">Why (optional)</label>
      <textarea
        id="review-cancel"
        rows="2"
        dir="auto"
        maxlength="4000"
        aria-describedby="review-cancel-hint"
        value=${comment}
        onInput=${(/** @type {any} */ event) => (comment.value = event.currentTarget.value)}
      ></textarea>
      <button class="button danger" disabled=${acting} onClick=${send}>Cancel the review</button>
    </div>
  </details>`;

  function send() {
    act(() => cancel(workflow, comment.value.trim()), "You have cancelled the review.");
  }
}
