/** An asset's picture in a place of fixed shape; the kind's icon where there is none. */

import { loadAsset } from "../../data/library.js";
import { html, useSignal } from "../../vendor/preact.js";
import { Icon } from "./icons.js";

/**
 * @param {{ asset: import("../../types.js").Asset | null, size: "small" | "medium" | "large",
 *   kind?: string }} props `kind` while there is no asset to tell it.
 */
export function Thumbnail({ asset, size, kind = "other" }) {
  const broken = useSignal("");
  const picture = asset?.thumbnails?.[size];
  if (!asset || !picture || broken.value === picture.url) {
    return html`<span class="no-picture"><${Icon} name=${asset?.kind ?? kind} /></span>`;
  }
  return html`<img
    class="picture"
    src=${picture.url}
    width=${picture.width}
    height=${picture.height}
    alt=""
    loading="lazy"
    decoding="async"
    draggable=${false}
    onError=${renew}
  />`;

  /** Signed addresses end after a while: take a new one, once for each that fails. */
  function renew() {
    broken.value = picture?.url ?? "";
    if (asset) loadAsset(asset.id).catch(() => {});
  }
}
