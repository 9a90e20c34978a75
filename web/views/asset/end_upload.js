/** The button that ends an upload whose bytes do not come, for whoever may delete the asset. */

import { close } from "../../address.js";
import { call, wordsOf } from "../../api.js";
import { loadJob } from "../../data/following.js";
import { loadAsset, refreshTenantSoon, remove } from "../../data/library.js";
import { mayEdit } from "../../data/me.js";
import { detail as t } from "../../texts.js";
import { uploads } from "../../uploads/queue.js";
import { html, useSignal } from "../../vendor/preact.js";

/** @param {{ asset: import("../../types.js").Asset }} props */
export function EndUpload({ asset }) {
  const problem = useSignal("");
  const here = uploads.value.some((one) => one.assetId.value === asset.id);
  if (asset.status !== "uploading" || here || !mayEdit(asset)) return null;
  return html`<p class="hint">${t.uploadHint}</p>
    <button class="button small danger" onClick=${end}>${t.endUpload}</button>
    ${problem.value && html`<p class="reason" role="alert">${problem}</p>`}`;

  async function end() {
    problem.value = "";
    try {
      const { id } = await loadJob(asset.id);
      await call("DELETE", `uploads/${id}/`);
      refreshTenantSoon();
      if (asset.current_version === 1) {
        close();
        remove(asset.id);
      } else await loadAsset(asset.id);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}
