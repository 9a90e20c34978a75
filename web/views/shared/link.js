/** A link to another page of the console; it does not stop uploads under way. */

import { go } from "../../address.js";
import { html } from "../../vendor/preact.js";

/**
 * @param {{ to: string, children: import("../../vendor/preact.js").ComponentChildren, class?: string,
 *   follow?: () => void, [attribute: string]: unknown }} props `follow` instead of going there.
 */
export function Link({ to, children, follow = () => go(to), ...attributes }) {
  return html`<a ...${attributes} href=${to} onClick=${take}>${children}</a>`;

  /** @param {MouseEvent} event Other tabs and windows are the browser's. */
  function take(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    follow();
  }
}
