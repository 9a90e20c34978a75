/** One asset in a collection: seen, moved, taken out. */

import { addressOf } from "../../address.js";
import { collections as t, common } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Thumbnail } from "../shared/thumbnail.js";

/**
 * @param {{ asset: import("../../types.js").Asset | null, isFirst: boolean, isLast: boolean,
 *   move: ((step: number) => void) | null, takeOut: () => void }} props `move` for whoever may.
 */
export function Entry({ asset, isFirst, isLast, move, takeOut }) {
  if (!asset) return html`<li class="entry"><span class="hint">${common.loading}</span></li>`;
  const { title } = asset;
  return html`<li class="entry">
    <${Thumbnail} asset=${asset} size="small" />
    <${Link} class="entry-title" to=${addressOf(asset.id)}><bdi>${title}</bdi><//>
    ${move &&
    html`<span class="entry-deeds">
      <${Deed} icon="up" words=${t.up} of=${title} disabled=${isFirst} act=${() => move(-1)} />
      <${Deed} icon="down" words=${t.down} of=${title} disabled=${isLast} act=${() => move(1)} />
      <${Deed} icon="close" words=${t.remove} of=${title} disabled=${false} act=${takeOut} />
    </span>`}
  </li>`;
}

/** @param {{ icon: string, words: string, of: string, disabled: boolean, act: () => void }} props */
function Deed({ icon, words, of, disabled, act }) {
  return html`<button
    class="button quiet icon-only"
    title=${words}
    aria-label=${`${words}: ${of}`}
    disabled=${disabled}
    onClick=${act}
  >
    <${Icon} name=${icon} />
  </button>`;
}
