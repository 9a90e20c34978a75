/** What is shown of an asset, and what can be done with it by whoever may. */

import { close } from "../../address.js";
import { restore, trash } from "../../data/assets.js";
import { isUnsettled, jobOf } from "../../data/following.js";
import { mayEdit, mayShare } from "../../data/me.js";
import { linksOf } from "../../data/shares.js";
import { say } from "../../data/toasts.js";
import { common, detail as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";
import { reasonWords } from "../../wording/assets.js";
import { fromNow, moment } from "../../wording/format.js";
import { useConcern } from "../shared/concern.js";
import { DownloadButton } from "../shared/download.js";
import { Icon } from "../shared/icons.js";
import { RetryButton } from "../shared/retry.js";
import { Stage } from "../shared/stage.js";
import { Links } from "../shares/links.js";
import { StatusBadge } from "../shared/status_badge.js";
import { Steps } from "../shared/steps.js";
import { Comments, NewComments } from "./comments.js";
import { Edit } from "./edit.js";
import { EndUpload } from "./end_upload.js";
import { Facts } from "./facts.js";
import { Flag } from "./flag.js";
import { Flagged } from "./flagged.js";
import { OnScreens } from "./on_screens.js";
import { PendingEdit } from "./pending_edit.js";
import { Replace, Replacing } from "./replace.js";
import { ReviewLink } from "./review_link.js";
import { SameBytes } from "./same.js";
import { Versions } from "./versions.js";

/** @typedef {import("../../types.js").Asset} Asset */

const EDIT = "detail-edit";

/** @param {{ asset: Asset | null }} props */
export function Body({ asset }) {
  const editing = useSignal(false);
  const unread = useSignal(0);
  if (!asset) return html`<p class="detail-wait" role="status">${common.loading}</p>`;
  return html`<div class="detail-body">
    <${Stage} asset=${asset} />
    <div class="detail-side" role="group" aria-label=${t.about} tabindex="0">
      <${State} asset=${asset} />
      <${NewComments} unread=${unread} />
      ${asset.kind === "link" ? html`<${OpenLink} asset=${asset} />` : html`<${DownloadButton} asset=${asset} />`}
      <${Deeds} asset=${asset} edit=${() => (editing.value = true)} />
      <${Replacing} asset=${asset} />
      <${PendingEdit} asset=${asset} />
      ${mayShare.value &&
      asset.status !== "trashed" &&
      html`<${Links}
        shared=${{ asset_id: asset.id }}
        list=${() => linksOf(asset.id)}
        may=${Boolean(asset.published_version)}
      />`}
      ${editing.value
        ? html`<${Edit} id=${asset.id} leave=${leaveForm} />`
        : html`<${Facts} asset=${asset} />`}
      <${SameBytes} asset=${asset} />
      <${Versions} asset=${asset} />
      <${Comments} asset=${asset} unread=${unread} />
      ${asset.status !== "trashed" && html`<${OnScreens} key=${asset.id} id=${asset.id} />`}
      ${asset.status !== "trashed" && html`<${Flag} id=${asset.id} />`}
    </div>
  </div>`;

  function leaveForm() {
    editing.value = false;
    document.getElementById(EDIT)?.focus();
  }
}

/** @param {{ asset: Asset }} props */
function State({ asset }) {
  const job = jobOf(asset.id).value;
  const reason = reasonWords(asset, job);
  const open = isUnsettled(asset) || asset.status === "failed";
  return html`<div class="detail-status">
    <${StatusBadge} asset=${asset} />
    ${reason && html`<p class="reason">${reason}</p>`}
    ${asset.purge_at && html`<p class="hint">${t.purged(moment(asset.purge_at), fromNow(asset.purge_at))}</p>`}
    ${open && html`<${Steps} job=${job} asset=${asset} />`}
    <${EndUpload} asset=${asset} />
    <${RetryButton} asset=${asset} />
    <${ReviewLink} asset=${asset} />
    <${Flagged} asset=${asset} />
  </div>`;
}

/** The way to what a link leads to, where browsers can go there. @param {{ asset: Asset }} props */
function OpenLink({ asset }) {
  const url = String(asset.technical?.url ?? "");
  if (!/^https?:/i.test(url)) return null;
  return html`<a class="button primary wide" href=${url} target="_blank" rel="noopener noreferrer">
    <${Icon} name="link" />${t.openLink}
  </a>`;
}

/** @param {{ asset: Asset, edit: () => void }} props */
function Deeds({ asset, edit }) {
  const concern = useConcern(asset);
  if (!mayEdit(asset)) return null;
  if (asset.status === "trashed") {
    return html`<button class="button" onClick=${takeBack}><${Icon} name="undo" />${t.restore}</button>`;
  }
  return html`<div class="field-row">
      <button class="button small" id=${EDIT} onClick=${edit}><${Icon} name="edit" />${t.edit}</button>
      ${asset.kind !== "link" && html`<${Replace} asset=${asset} concern=${concern} />`}
      <button class="button small danger" onClick=${() => concern.before("trash", putAway)}>
        <${Icon} name="trash" />${t.moveToTrash}
      </button>
    </div>
    ${concern.panel}`;

  async function putAway() {
    const failed = await trash([asset]);
    if (failed.length > 0) say(failed.join(" "));
    else close();
  }

  async function takeBack() {
    if ((await restore([asset])).length === 0) close();
  }
}
