/** The way to an asset's bytes: the API signs an address, the browser fetches it. */

import { hasBytes, signedUrl } from "../../data/media.js";
import { busy } from "../../uploads/pace.js";
import { common as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";
import { Icon } from "./icons.js";

/**
 * @param {{ asset: import("../../types.js").Asset, version?: number, aside?: boolean }} props
 *   `version` where it is another one than everybody gets; `aside` where the page is for something
 *   else.
 */
export function DownloadButton({ asset, version, aside = false }) {
  const asking = useSignal(false);
  const problem = useSignal("");
  if (!hasBytes(asset)) return null;
  return html`<button
      class=${`button wide ${aside ? "" : "primary"}`}
      disabled=${asking.value}
      onClick=${download}
    >
      <${Icon} name="download" />${asking.value ? t.oneMoment : t.download}
    </button>
    ${problem.value && html`<p class="reason" role="alert">${problem}</p>`}`;

  async function download() {
    asking.value = true;
    problem.value = "";
    try {
      follow(await signedUrl(asset, { version }));
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      asking.value = false;
    }
  }
}

/**
 * Open a signed address; beside uploads under way in a tab of its own, for leaving would stop them.
 * @param {string} url
 */
export function follow(url) {
  const link = document.createElement("a");
  link.href = url;
  link.rel = "noopener noreferrer";
  if (busy.value) link.target = "_blank";
  link.click();
}
