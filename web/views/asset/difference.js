/** What has changed between two versions, in words and as a picture. */

import { versions as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Changes } from "../shared/changes.js";

/** @param {{ found: import("../../types.js").Difference }} props */
export function Difference({ found }) {
  const changes = [
    ...Object.entries(found.content).map(([field, pair]) => ({ field, ...pair })),
    ...found.metadata,
  ];
  return html`<div class="difference">
    ${found.visual &&
    html`<figure>
      <img src=${found.visual.image_url} alt=${t.picture} />
      <figcaption class="hint">${t.share(found.visual.difference_ratio)}</figcaption>
    </figure>`}
    ${changes.length === 0 && !found.visual && html`<p class="hint">${t.same}</p>`}
    <${Changes} changes=${changes} />
  </div>`;
}
