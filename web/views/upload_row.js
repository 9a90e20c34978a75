/** One file of the upload list: its bytes, then what the processing makes of it. */

import { addressOf, open } from "../address.js";
import { jobOf, isUnsettled } from "../following.js";
import { bytes } from "../format.js";
import { assetOf } from "../library.js";
import { kindOf } from "../uploads/gathering.js";
import { cancel, isMoving, sendAgain } from "../uploads/queue.js";
import { html } from "../vendor/preact.js";
import { reasonWords, statusWords } from "../words.js";
import { Icon } from "./icons.js";
import { Link } from "./link.js";
import { RetryButton } from "./retry.js";
import { Steps } from "./steps.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {import("../uploads/queue.js").Upload} Upload */

/** @param {{ upload: Upload }} props */
export function UploadRow({ upload }) {
  const phase = upload.phase.value;
  const asset = upload.assetId.value ? assetOf(upload.assetId.value).value : null;
  return html`<li class=${`upload ${toneOf(phase, asset)}`}>
    <span class="upload-picture">
      <${Thumbnail} asset=${asset} size="small" kind=${kindOf(upload.file)} />
    </span>
    <div class="upload-body">
      <${Name} upload=${upload} asset=${asset} />
      ${phase === "sent" && asset
        ? html`<${Outcome} asset=${asset} />`
        : html`<${Sending} upload=${upload} />`}
    </div>
    <${Actions} upload=${upload} asset=${asset} />
  </li>`;
}

/** @param {{ upload: Upload, asset: import("../types.js").Asset | null }} props */
function Name({ upload, asset }) {
  const { name } = upload.file;
  const shown = upload.phase.value === "sent" && asset;
  return html`<p class="upload-name" dir="auto" title=${name}>
    ${shown
      ? html`<${Link} to=${addressOf(asset.id)} follow=${() => open(asset.id)}>${name}<//>`
      : name}
  </p>`;
}

/** @param {{ upload: Upload }} props */
function Sending({ upload }) {
  const { size } = upload.file;
  const sent = upload.sentBytes.value;
  switch (upload.phase.value) {
    case "waiting":
      return html`<p class="upload-state">Waiting · ${bytes(size)}</p>`;
    case "sending":
      return html`<progress
          max=${Math.max(1, size)}
          value=${sent}
          aria-label=${`Upload of ${upload.file.name}`}
        ></progress>
        <p class="upload-state">${bytes(sent)} of ${bytes(size)}</p>`;
    case "sent":
      return html`<p class="upload-state">Arrived</p>`;
    case "cancelled":
      return html`<p class="upload-state">Cancelled</p>`;
    default:
      return html`<p class="upload-state" role="alert">${upload.problem}</p>`;
  }
}

/** @param {{ asset: import("../types.js").Asset }} props */
function Outcome({ asset }) {
  const job = jobOf(asset.id).value;
  const reason = reasonWords(asset, job);
  return html`<p class="upload-state" role=${reason ? "alert" : undefined}>
      <strong>${statusWords(asset.status)}</strong>${reason && html`<br />${reason}`}
    </p>
    ${isUnsettled(asset) && html`<${Steps} job=${job} brief />`}`;
}

/** @param {{ upload: Upload, asset: import("../types.js").Asset | null }} props */
function Actions({ upload, asset }) {
  const { name } = upload.file;
  if (isMoving(upload)) {
    return html`<button
      class="button quiet icon-only"
      aria-label=${`Cancel ${name}`}
      onClick=${() => cancel(upload)}
    >
      <${Icon} name="close" />
    </button>`;
  }
  if (upload.phase.value === "broken") {
    return html`<button
      class="button small upload-again"
      aria-label=${`Retry ${name}`}
      onClick=${() => sendAgain(upload)}
    >
      <${Icon} name="retry" />Retry
    </button>`;
  }
  if (!asset || upload.phase.value !== "sent") return null;
  return html`<div class="upload-again"><${RetryButton} asset=${asset} /></div>`;
}

/**
 * @param {import("../uploads/queue.js").Phase} phase
 * @param {import("../types.js").Asset | null} asset
 */
function toneOf(phase, asset) {
  if (phase === "refused" || phase === "broken") return "bad";
  if (phase !== "sent" || !asset) return "";
  if (["failed", "quarantined", "rejected"].includes(asset.status)) return "bad";
  return asset.status === "approved" ? "good" : "";
}
