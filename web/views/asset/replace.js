/** A new file in an asset's place, and how far it is; the old one stays as a version. */

import { versions as t } from "../../texts.js";
import { add, uploads } from "../../uploads/queue.js";
import { html, useRef } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { UploadRow } from "../uploads/row.js";

/** @typedef {import("../../types.js").Asset} Asset */

/**
 * @param {{ asset: Asset, concern: ReturnType<import("../shared/concern.js").useConcern> }} props
 */
export function Replace({ asset, concern }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  return html`<button class="button small" title=${t.replaceHint} onClick=${() => concern.before("replace", () => input.current?.click())}>
      <${Icon} name="upload" />${t.replace}
    </button>
    <input ref=${input} type="file" hidden aria-label=${t.fileInput} onChange=${take} />`;

  /** @param {Event & { currentTarget: HTMLInputElement }} event */
  function take(event) {
    add([...(event.currentTarget.files ?? [])], { target: asset.id });
    event.currentTarget.value = "";
  }
}

/**
 * The files that are to take an asset's place and have not arrived: the list of uploads is hidden
 * behind the detail.
 * @param {{ asset: Asset }} props
 */
export function Replacing({ asset }) {
  const coming = uploads.value.filter(
    ({ target, phase }) => target === asset.id && !["sent", "cancelled", "skipped"].includes(phase.value),
  );
  if (coming.length === 0) return null;
  return html`<ul class="replacing">
    ${coming.map((upload) => html`<${UploadRow} key=${upload.key} upload=${upload} />`)}
  </ul>`;
}
