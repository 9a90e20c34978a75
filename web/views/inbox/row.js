/** One thing in the inbox; with its picture and uploader where it waits for a decision. */

import { assetOf, loadAsset } from "../../data/library.js";
import { chosen, toggleReview } from "../../data/deciding.js";
import { unreadOnce } from "../../data/comments.js";
import { comments, inbox as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { fromNow, moment } from "../../wording/format.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Thumbnail } from "../shared/thumbnail.js";

/** @typedef {import("../../types.js").InboxEntry} Entry */

/** @type {Record<string, string>} */
const ICONS = {
  reminder: "clock",
  decision: "check",
  mention: "people",
  quarantine: "lock",
  rights_ending: "clock",
  screens: "alert",
  saved_search: "search",
  webhooks: "alert",
};

/** @param {{ entry: Entry }} props */
export function Row({ entry }) {
  return html`<li class=${`inbox-entry ${entry.is_open ? "open" : ""}`}>
    ${entry.is_open
      ? html`<${Picture} entry=${entry} />`
      : html`<${Icon} name=${ICONS[entry.kind] ?? "bell"} />`}
    <div>
      <p class="inbox-title" dir="auto">
        <${Link} to=${`/${new URL(entry.link).search}`}>${entry.title}<//>
      </p>
      <p>${entry.text}</p>
      ${entry.kind === "mention" && entry.asset_id && html`<${Unread} id=${entry.asset_id} />`}
      ${entry.is_open && html`<${Uploader} id=${entry.asset_id} />`}
      ${entry.comment && html`<blockquote dir="auto">${entry.comment}</blockquote>`}
      <p class="hint">
        ${entry.is_open && entry.due_at
          ? t.decideBy(
              html`<time datetime=${entry.due_at}>${moment(entry.due_at)}</time>`,
              fromNow(entry.due_at),
            )
          : html`<time datetime=${entry.at}>${moment(entry.at)}</time>${isOver(entry) && t.over}`}
      </p>
    </div>
  </li>`;
}

/** @param {{ entry: Entry }} props */
function Picture({ entry }) {
  const id = entry.workflow_id ?? "";
  useEffect(() => {
    // What waits for somebody's decision they may see; without its picture there still is the text.
    loadAsset(entry.asset_id).catch(() => {});
  }, [entry.asset_id]);
  return html`<label class="inbox-picture">
    <span class="upload-picture">
      <${Thumbnail} asset=${assetOf(entry.asset_id).value} size="small" />
    </span>
    <input
      type="checkbox"
      aria-label=${t.chooseEntry(entry.title)}
      checked=${chosen.value.has(id)}
      onChange=${() => toggleReview(id)}
    />
  </label>`;
}

/** How much there is to read where somebody named whoever is signed in. @param {{ id: string }} props */
function Unread({ id }) {
  const count = useSignal(0);
  useEffect(() => {
    // Worth no complaint, such as of an asset that is gone.
    unreadOnce(id).then((found) => (count.value = found), () => {});
  }, [id]);
  if (count.value === 0) return null;
  return html`<p><span class="badge fresh">${comments.newCount(count.value)}</span></p>`;
}

/** @param {{ id: string }} props */
function Uploader({ id }) {
  const email = assetOf(id).value?.uploaded_by?.email;
  return email && html`<p class="hint">${t.uploadedBy(html`<bdi>${email}</bdi>`)}</p>`;
}

/**
 * Whether something asked for a decision that is not asked for any more.
 * @param {Entry} entry
 */
function isOver({ kind, is_open }) {
  return !is_open && (kind === "assignment" || kind === "reminder");
}
