/** One asset at large, in a dialog over the grid. */

import { close, open, openId } from "../address.js";
import { Problem } from "../api.js";
import { isUnsettled, jobOf, loadJob } from "../following.js";
import { assetOf, loadAsset, order } from "../library.js";
import { html, useEffect, useLayoutEffect, useRef, useSignal } from "../vendor/preact.js";
import { reasonWords } from "../words.js";
import { DownloadButton } from "./download.js";
import { Facts } from "./facts.js";
import { Icon } from "./icons.js";
import { ReviewLink } from "./review_link.js";
import { RetryButton } from "./retry.js";
import { StatusBadge } from "./status_badge.js";
import { Steps } from "./steps.js";
import { Thumbnail } from "./thumbnail.js";

/** @param {{ id: string }} props */
export function Detail({ id }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const seen = useRef(id);
  const problem = useSignal("");
  seen.current = id;
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      focusCard(seen.current);
    };
  }, []);
  useEffect(() => {
    problem.value = "";
    load(id).catch((error) => (problem.value = error.message));
  }, [id]);
  const asset = assetOf(id).value;
  useEffect(() => {
    document.title = asset ? `${asset.title} – Reef` : "Reef";
    return () => {
      document.title = "Reef";
    };
  }, [asset?.title]);
  return html`<dialog
    class="detail"
    ref=${dialog}
    aria-labelledby="detail-title"
    onCancel=${leave}
    onKeyDown=${turn}
    onClick=${(/** @type {Event} */ e) => e.target === dialog.current && close()}
  >
    <div class="detail-frame">
      <header class="detail-head">
        <h2 id="detail-title" dir="auto" title=${asset?.title}>${asset?.title ?? "Asset"}</h2>
        <${Neighbour} id=${neighbourOf(id, -1)} icon="previous" words="Previous asset" />
        <${Neighbour} id=${neighbourOf(id, 1)} icon="next" words="Next asset" />
        <button class="button quiet icon-only" aria-label="Close" onClick=${close}>
          <${Icon} name="close" />
        </button>
      </header>
      ${problem.value
        ? html`<div class="message" role="alert"><${Icon} name="alert" /><p>${problem}</p></div>`
        : html`<${Body} key=${id} asset=${asset} />`}
    </div>
  </dialog>`;
}

/** @param {{ asset: import("../types.js").Asset | null }} props */
function Body({ asset }) {
  if (!asset) return html`<p class="detail-wait" role="status">Loading…</p>`;
  const job = jobOf(asset.id).value;
  const reason = reasonWords(asset, job);
  const open = isUnsettled(asset) || asset.status === "failed";
  return html`<div class="detail-body">
    <div class=${`stage ${isUnsettled(asset) ? "working" : ""}`}>
      <${Thumbnail} asset=${asset} size="large" />
    </div>
    <div class="detail-side" role="group" aria-label="About this asset" tabindex="0">
      <div class="detail-status">
        <${StatusBadge} asset=${asset} />
        ${reason && html`<p class="reason">${reason}</p>`}
        ${open && html`<${Steps} job=${job} />`}
        <${RetryButton} asset=${asset} />
        <${ReviewLink} asset=${asset} />
      </div>
      <${DownloadButton} asset=${asset} />
      <${Facts} asset=${asset} />
    </div>
  </div>`;
}

/** @param {{ id: string | undefined, icon: string, words: string }} props */
function Neighbour({ id, icon, words }) {
  return html`<button
    class="button quiet icon-only"
    aria-label=${words}
    disabled=${!id}
    onClick=${() => id && open(id)}
  >
    <${Icon} name=${icon} class="turns" />
  </button>`;
}

/** @param {string} id */
async function load(id) {
  const asset = await loadAsset(id);
  if (!asset) throw new Problem("There is no such asset, or you may not see it.", { status: 404 });
  if (isUnsettled(asset) || asset.status === "failed") await loadJob(id);
}

/** @param {Event} event Esc: the address closes the dialog, not the browser. */
function leave(event) {
  event.preventDefault();
  close();
}

/** @param {KeyboardEvent} event */
function turn(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || openId.value === null) return;
  const forward = getComputedStyle(document.body).direction === "rtl" ? -step : step;
  const next = neighbourOf(openId.value, forward);
  if (next) open(next);
}

/**
 * @param {string} id
 * @param {number} step
 * @returns {string | undefined}
 */
function neighbourOf(id, step) {
  const at = order.value.indexOf(id);
  return at < 0 ? undefined : order.value[at + step];
}

/**
 * After the dialog the keyboard goes on at the card last seen.
 * @param {string} id
 */
function focusCard(id) {
  const card = document.querySelector(`a[data-asset="${CSS.escape(id)}"]`);
  if (card instanceof HTMLElement) card.focus();
}
