/** One file of the upload list: its bytes, then what the processing makes of it. */

import { addressOf, open } from "../../address.js";
import { isUnsettled, jobOf } from "../../data/following.js";
import { onScreens } from "../../data/media.js";
import { assetOf, isGone, loadAsset } from "../../data/library.js";
import { common, uploads as t } from "../../texts.js";
import { kindOf } from "../../uploads/gathering.js";
import { online } from "../../uploads/network.js";
import { outcomeOf } from "../../uploads/pace.js";
import { cancel, isMoving, sendAgain } from "../../uploads/queue.js";
import { html, useEffect } from "../../vendor/preact.js";
import { reasonWords, statusWords } from "../../wording/assets.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { RetryButton } from "../shared/retry.js";
import { Steps } from "../shared/steps.js";
import { Thumbnail } from "../shared/thumbnail.js";
import { Twins } from "./twins.js";

/** @typedef {import("../../uploads/queue.js").Upload} Upload */

/** @type {Record<import("../../uploads/pace.js").Outcome, string>} */
const TONES = {
  failed: "bad",
  refused: "bad",
  done: "good",
  under_way: "",
  processing: "",
  deleted: "",
  cancelled: "",
};

/** @param {{ upload: Upload }} props */
export function UploadRow({ upload }) {
  const asset = upload.assetId.value ? assetOf(upload.assetId.value).value : null;
  const sent = upload.phase.value === "sent";
  return html`<li class=${`upload ${TONES[outcomeOf(upload)]}`}>
    <span class="upload-picture">
      <${Thumbnail} asset=${sent ? asset : null} size="small" kind=${kindOf(upload.file)} />
    </span>
    <div class="upload-body">
      <${Name} upload=${upload} asset=${sent ? asset : null} />
      ${sent && asset
        ? html`<${Outcome} asset=${asset} />`
        : html`<${Sending} upload=${upload} />`}
    </div>
    <${Actions} upload=${upload} asset=${asset} />
    ${upload.phase.value === "asking" && html`<${Twins} upload=${upload} />`}
  </li>`;
}

/** @param {{ upload: Upload, asset: import("../../types.js").Asset | null }} props */
function Name({ upload, asset }) {
  const { name } = upload.file;
  return html`<p class="upload-name" dir="auto" title=${name}>
    ${asset
      ? html`<${Link} to=${addressOf(asset.id)} follow=${() => open(asset.id)}>${name}<//>`
      : name}
  </p>`;
}

/** @param {{ upload: Upload }} props */
function Sending({ upload }) {
  const { name, size } = upload.file;
  const sent = upload.sentBytes.value;
  const phase = upload.phase.value;
  if (!online.value && isMoving(upload)) {
    return html`<p class="upload-state">${t.offline}</p>`;
  }
  switch (phase) {
    case "waiting":
    case "ready":
      return html`<p class="upload-state">${t.waiting(size)}</p>`;
    case "reading":
      return html`<p class="upload-state">${t.reading(size)}</p>`;
    case "asking":
      return html`<p class="upload-state">${t.isTwin}</p>`;
    case "sending":
      return html`<progress
          max=${Math.max(1, size)}
          value=${sent}
          aria-label=${t.progressOf(name)}
        ></progress>
        <p class="upload-state">${t.sentOf(sent, size)}</p>`;
    case "sent":
      return html`<p class="upload-state">
        ${isGone(upload.assetId.value ?? "") ? t.deleted : t.arrived}
      </p>`;
    case "cancelled":
    case "skipped":
      return html`<p class="upload-state">${phase === "skipped" ? t.skipped : t.cancelled}</p>`;
    default:
      return html`<p class="upload-state" role="alert">${upload.problem}</p>`;
  }
}

/** @param {{ asset: import("../../types.js").Asset }} props */
function Outcome({ asset }) {
  const job = jobOf(asset.id).value;
  const reason = reasonWords(asset, job);
  // The bytes are there, whether or not the API has heard of it yet.
  const words = asset.status === "uploading" ? t.arrived : statusWords(asset.status);
  return html`<p class="upload-state" role=${reason ? "alert" : undefined}>
      <strong>${words}</strong>${reason && html`<br />${reason}`}
    </p>
    ${!reason && onScreens(asset) === "never" && html`<p class="upload-state">${t.noScreen}</p>`}
    ${asset.duplicate_of?.[0] && html`<${SameAs} key=${asset.id} id=${asset.duplicate_of[0]} />`}
    ${isUnsettled(asset) && html`<${Steps} job=${job} asset=${asset} brief />`}`;
}

/** @param {{ id: string }} props Of the asset whose bytes turned out to be the same. */
function SameAs({ id }) {
  useEffect(() => {
    if (!assetOf(id).value) loadAsset(id).catch(() => {}); // then it is not named
  }, [id]);
  const other = assetOf(id).value;
  if (!other) return null;
  const link = html`<${Link} to=${addressOf(id)} follow=${() => open(id)}>${other.title}<//>`;
  return html`<p class="upload-state">${t.twinIs(link)}</p>`;
}

/** @param {{ upload: Upload, asset: import("../../types.js").Asset | null }} props */
function Actions({ upload, asset }) {
  const { name } = upload.file;
  if (isMoving(upload)) {
    return html`<button
      class="button quiet icon-only"
      aria-label=${t.cancel(name)}
      onClick=${() => cancel(upload)}
    >
      <${Icon} name="close" />
    </button>`;
  }
  if (upload.phase.value === "broken") {
    return html`<button
      class="button small upload-again"
      aria-label=${t.retry(name)}
      onClick=${() => sendAgain(upload)}
    >
      <${Icon} name="retry" />${common.retry}
    </button>`;
  }
  if (!asset || upload.phase.value !== "sent") return null;
  return html`<div class="upload-again"><${RetryButton} asset=${asset} /></div>`;
}
