/** One asset in the library: a card of the grid, or a line of the list. */

import { addressOf, open } from "../../address.js";
import { isUnsettled } from "../../data/following.js";
import { assetOf } from "../../data/library.js";
import { extendTo, isSelected, toggle } from "../../data/selection.js";
import { library as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { briefly, statusWords } from "../../wording/assets.js";
import { fromNow, moment } from "../../wording/format.js";
import { Link } from "../shared/link.js";
import { StatusBadge } from "../shared/status_badge.js";
import { Thumbnail } from "../shared/thumbnail.js";

/** Fine screens show twice the pixels in the same place. */
const SIZE = devicePixelRatio > 1 ? "large" : "medium";

/**
 * @param {{ id: string, reachable: boolean, onFocus: () => void,
 *   place?: Record<string, number>, position: Record<string, number> }} props
 *   `reachable`: Tab stops at one card of the grid, arrows lead on from there. `place` and `position`
 *   are where it stands among others that are not all in the page.
 */
export function Card({ id, reachable, onFocus, place, position }) {
  const asset = assetOf(id).value;
  const chosen = isSelected(id);
  const title = asset?.title ?? t.untitled;
  return html`<li class=${`card ${chosen ? "chosen" : ""}`} style=${place} ...${position}>
    <${Link}
      to=${addressOf(id)}
      follow=${() => open(id)}
      data-asset=${id}
      tabindex=${reachable ? 0 : -1}
      onFocus=${onFocus}
    >
      <span class=${`card-picture ${asset && isUnsettled(asset) ? "working" : ""}`}>
        <${Thumbnail} asset=${asset} size=${SIZE} />
        ${asset && asset.status !== "approved" && html`<${StatusBadge} asset=${asset} />`}
      </span>
      <span class="card-title" dir="auto" title=${title}>${title}</span>
      <span class="card-facts">${factsOf(asset)}</span>
      ${asset &&
      html`<span class="card-more state"><${StatusBadge} asset=${asset} /></span>
        <span class="card-more uploader" title=${asset.uploaded_by?.email}><bdi>${asset.uploaded_by?.email}</bdi></span>
        <span class="card-more date">${moment(asset.created_at)}</span>`}
      ${chosen && html`<span class="unseen">${t.chosen}</span>`}
    <//>
    <input
      type="checkbox"
      class="card-choice"
      tabindex="-1"
      aria-label=${t.choose(title)}
      checked=${chosen}
      onClick=${choose}
    />
  </li>`;

  /** @param {MouseEvent} event */
  function choose(event) {
    if (event.shiftKey) extendTo(id);
    else toggle(id);
  }
}

/** In the trash it matters most how long it stays. @param {import("../../types.js").Asset | null} asset */
function factsOf(asset) {
  if (!asset) return statusWords("uploading");
  return asset.purge_at ? t.purged(fromNow(asset.purge_at)) : briefly(asset);
}
