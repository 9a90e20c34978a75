/** The button that runs an asset's failed tasks again. */

import { call } from "../api.js";
import { follow, loadJob } from "../following.js";
import { loadAsset } from "../library.js";
import { html, useSignal } from "../vendor/preact.js";
import { canRetry } from "../words.js";
import { Icon } from "./icons.js";

/** @param {{ asset: import("../types.js").Asset }} props */
export function RetryButton({ asset }) {
  const running = useSignal(false);
  const problem = useSignal("");
  if (!canRetry(asset)) return null;
  return html`<button class="button small" disabled=${running.value} onClick=${retry}>
      <${Icon} name="retry" />${running.value ? "Trying…" : "Retry"}
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
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      running.value = false;
    }
  }
}
