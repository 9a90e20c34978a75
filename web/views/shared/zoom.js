/** A picture pixel by pixel, or as large as there is room; moved by scrolling, keys and pointer. */

import { stage as t } from "../../texts.js";
import { html, useLayoutEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "./icons.js";

/** @param {{ url: string, title: string, leave: () => void }} props */
export function Zoom({ url, title, leave }) {
  const frame = useRef(/** @type {HTMLElement | null} */ (null));
  const full = useSignal(true);
  useLayoutEffect(() => frame.current?.focus(), []);
  return html`<div
      class=${`zoom ${full.value ? "full" : ""}`}
      ref=${frame}
      tabindex="0"
      role="group"
      aria-label=${t.zoomed(title)}
      onKeyDown=${steer}
    >
      <img src=${url} alt="" onClick=${turn} onLoad=${centre} />
    </div>
    <div class="stage-over aside">
      <button class="button" aria-pressed=${full.value} onClick=${turn}>
        <${Icon} name="zoom" />${full.value ? t.fit : t.full}
      </button>
      <button class="button icon-only" aria-label=${t.leaveZoom} onClick=${leave}>
        <${Icon} name="close" />
      </button>
    </div>`;

  function turn() {
    full.value = !full.value;
    frame.current?.focus();
  }

  function centre() {
    const box = frame.current;
    box?.scrollTo((box.scrollWidth - box.clientWidth) / 2, (box.scrollHeight - box.clientHeight) / 2);
  }

  /** @param {KeyboardEvent} event Arrows scroll here instead of leading to another asset. */
  function steer(event) {
    if (event.key.startsWith("Arrow")) event.stopPropagation();
    if (event.key === "+" || event.key === "-") full.value = event.key === "+";
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  }
}
