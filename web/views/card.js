/** One asset in the grid. */

import { addressOf, open } from "../address.js";
import { isUnsettled } from "../following.js";
import { assetOf } from "../library.js";
import { html } from "../vendor/preact.js";
import { briefly, statusWords } from "../words.js";
import { Link } from "./link.js";
import { StatusBadge } from "./status_badge.js";
import { Thumbnail } from "./thumbnail.js";

/** Fine screens show twice the pixels in the same place. */
const SIZE = devicePixelRatio > 1 ? "large" : "medium";

/**
 * @param {{ id: string, reachable: boolean, onFocus: () => void }} props
 *   `reachable`: Tab stops at one card of the grid, arrows lead on from there.
 */
export function Card({ id, reachable, onFocus }) {
  const asset = assetOf(id).value;
  return html`<li class="card">
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
      <span class="card-title" dir="auto" title=${asset?.title}>${asset?.title ?? "…"}</span>
      <span class="card-facts">${asset ? briefly(asset) : statusWords("uploading")}</span>
    <//>
  </li>`;
}
