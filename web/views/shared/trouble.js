/** What went wrong with a page, and the way to try again where that may help. */

import { Problem, wordsOf } from "../../api.js";
import { common } from "../../texts.js";
import { html } from "../../vendor/preact.js";

/**
 * @param {{ error: unknown, retry: (() => void) | null }} props `retry`: null where there is
 *   nothing to load again.
 */
export function Trouble({ error, retry }) {
  const isRefused = error instanceof Problem && !error.passing;
  return html`<div class="message" role="alert">
    <p>${wordsOf(error)}</p>
    ${retry && !isRefused && html`<button class="button small" onClick=${retry}>${common.tryAgain}</button>`}
  </div>`;
}
