/** The pages of a document, one below the other, each fetched when it comes near. */

import { loadAsset } from "../../data/library.js";
import { pagesOf } from "../../data/media.js";
import { stage as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {import("../../types.js").Asset} Asset */

/** @param {{ asset: Asset }} props */
export function Pages({ asset }) {
  const broken = useSignal("");
  const urls = asset.pages ?? [];
  if (urls.length === 0) return html`<${Thumbnail} asset=${asset} size="large" />`;
  const pages = pagesOf(asset);
  const count = Math.max(Number(asset.technical?.pages ?? 0), pages.length);
  return html`<div class="pages" tabindex="0" role="group" aria-label=${t.pages}>
    <ol>
      ${pages.map(
        ({ number, width, height }, at) =>
          html`<li key=${number}>
            <img
              src=${urls[at]}
              width=${width}
              height=${height}
              alt=${t.page(number, count)}
              loading=${at === 0 ? "eager" : "lazy"}
              decoding="async"
              onError=${renew}
            />
            <span aria-hidden="true">${t.page(number, count)}</span>
          </li>`,
      )}
    </ol>
    ${count > pages.length && html`<p class="hint">${t.pagesLeftOut(count - pages.length)}</p>`}
  </div>`;

  /** Signed addresses end after a while: take new ones, once for those that fail together. */
  function renew() {
    if (broken.value === urls[0]) return;
    broken.value = urls[0];
    loadAsset(asset.id).catch(() => {});
  }
}
