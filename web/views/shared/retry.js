/** The button that runs an asset's failed tasks again. */

import { call, wordsOf } from "../../api.js";
import { follow, loadJob } from "../../data/following.js";
import { isAdmin, mayEdit } from "../../data/me.js";
import { loadAsset } from "../../data/library.js";
import { common as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";
import { canRetry } from "../../wording/assets.js";
import { Icon } from "./icons.js";

/** @param {{ asset: import("../../types.js").Asset }} props */
export function RetryButton({ asset }) {
  const running = useSignal(false);
  const problem = useSignal("");
  if (!canRetry(asset) || !mayEdit(asset)) return null;
  // What whoever lost the right to upload has sent is taken over by admins alone.
  if (asset.status_reason === "uploader_inactive" && !isAdmin.value) return null;
  return html`<button class="button small" disabled=${running.value} onClick=${retry}>
      <${Icon} name="retry" />${running.value ? t.trying : t.retry}
    </button>
    ${problem.value && html`<span class="retry-problem" role="alert">${problem}</span>`}`;

  async function retry() {
    running.value = true;
    problem.value = "";
    try {
      await call("POST", `processing/${asset.id}/retry/`, { body: {} });
      await loadJob(asset.id);
      await loadAsset(asset.id);
      follow(asset.id, loadAsset);
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      running.value = false;
    }
  }
}
