/** What was just done, with the way to undo it; it stays while the keyboard or the mouse is on it. */

import { dismiss, keepSaying, letGo, toast } from "../../data/toasts.js";
import { common } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";

export function Toast() {
  const said = toast.value;
  return html`<div class="toast-place" aria-live="polite">
    ${said &&
    html`<div
      class="toast"
      onFocusIn=${keepSaying}
      onFocusOut=${leave}
      onPointerEnter=${keepSaying}
      onPointerLeave=${leave}
    >
      <span class="toast-words">${said.words}</span>
      ${said.action &&
      html`<button
        class="button small"
        onClick=${() => {
          dismiss();
          said.action?.act();
        }}
      >
        <${Icon} name="undo" />${said.action.words}
      </button>`}
      <button class="button small quiet icon-only" aria-label=${common.close} onClick=${dismiss}>
        <${Icon} name="close" />
      </button>
    </div>`}
  </div>`;

  /** @param {Event & { currentTarget: HTMLElement }} event */
  function leave({ currentTarget, type }) {
    if (!currentTarget.matches(type === "focusout" ? ":hover" : ":focus-within")) letGo();
  }
}
