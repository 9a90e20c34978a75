/** The button that fetches several assets as a zip. */

import { pause, wordsOf } from "../../api.js";
import { zip } from "../../data/collections.js";
import { collections as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";
import { follow } from "../shared/download.js";
import { Icon } from "../shared/icons.js";

/** Browsers take one download after the other, not all at once. */
const BETWEEN_MS = 700;

/** @param {{ what: { collection_id: string } | { asset_ids: string[] } }} props */
export function Zip({ what }) {
  const percent = useSignal(/** @type {number | null} */ (null));
  const problem = useSignal("");
  const making = percent.value !== null;
  return html`<button class="button small" disabled=${making} onClick=${make}>
      <${Icon} name="download" /><span aria-live="polite">${making ? t.zipAt(percent.value ?? 0) : t.zip}</span>
    </button>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}`;

  async function make() {
    problem.value = "";
    percent.value = 0;
    try {
      const urls = await zip(what, (made) => (percent.value = made));
      if (urls.length === 0) problem.value = t.zipFailed;
      for (const url of urls) {
        follow(url);
        await pause(BETWEEN_MS);
      }
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      percent.value = null;
    }
  }
}
