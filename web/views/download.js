/** The way to an asset's bytes: the API signs an address, the browser fetches it. */

import { call } from "../api.js";
import { busy } from "../uploads/pace.js";
import { html, useSignal } from "../vendor/preact.js";
import { Icon } from "./icons.js";

/** Statuses in which there are no bytes to give. */
const LOCKED = ["uploading", "scanning", "processing", "quarantined", "failed", "trashed"];

/**
 * @param {{ asset: import("../types.js").Asset, version?: number, aside?: boolean }} props
 *   `version` where it is another one than everybody gets; `aside` where the page is for something
 *   else.
 */
export function DownloadButton({ asset, version, aside = false }) {
  const asking = useSignal(false);
  const problem = useSignal("");
  if (LOCKED.includes(asset.status) && !asset.published_version) return null;
  return html`<button
      class=${`button wide ${aside ? "" : "primary"}`}
      disabled=${asking.value}
      onClick=${download}
    >
      <${Icon} name="download" />${asking.value ? "One moment…" : "Download"}
    </button>
    ${problem.value && html`<p class="reason" role="alert">${problem}</p>`}`;

  async function download() {
    asking.value = true;
    problem.value = "";
    try {
      /** @type {Record<string, string | number>} */
      const query = { redirect: "false" };
      if (version) query.version = version;
      const { url } = await call("GET", `assets/${asset.id}/download/`, { query });
      follow(url);
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
function follow(url) {
  const link = document.createElement("a");
  link.href = url;
  link.rel = "noopener noreferrer";
  if (busy.value) link.target = "_blank";
  link.click();
}
