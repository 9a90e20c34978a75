/** Reporting what is wrong with an asset, which whoever sees it may. */

import { wordsOf } from "../../api.js";
import { flag } from "../../data/assets.js";
import { say } from "../../data/toasts.js";
import { flags as t } from "../../texts.js";
import { html, useRef, useSignal } from "../../vendor/preact.js";

/** @param {{ id: string }} props */
export function Flag({ id }) {
  const fold = useRef(/** @type {HTMLDetailsElement | null} */ (null));
  const problem = useSignal("");
  return html`<details class="fold" ref=${fold}>
    <summary>${t.fold}</summary>
    <form class="field" onSubmit=${send}>
      <label for="flag-reason">${t.reason}</label>
      <select id="flag-reason" name="reason">
        ${Object.entries(t.reasons).map(
          ([name, words]) => html`<option key=${name} value=${name}>${words}</option>`,
        )}
      </select>
      <label for="flag-comment">${t.comment}</label>
      <textarea id="flag-comment" name="comment" rows="2" dir="auto" maxlength="2000"></textarea>
      ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
      <button class="button">${t.send}</button>
    </form>
  </details>`;

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function send(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const { reason, comment } = Object.fromEntries(new FormData(form));
    problem.value = "";
    try {
      await flag(id, String(reason), String(comment).trim());
      form.reset();
      if (fold.current) fold.current.open = false;
      say(t.sent);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}
