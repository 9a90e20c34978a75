/** What waits for whoever is signed in, and what they were told. */

import { PREFERENCES } from "../address.js";
import { fromNow, moment } from "../format.js";
import { entries, loadInbox, loadMore, nextCursor, problem, state, waiting } from "../inbox.js";
import { html, useEffect } from "../vendor/preact.js";
import { Icon } from "./icons.js";
import { Link } from "./link.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("../types.js").InboxEntry} Entry */

/** @type {Record<string, string>} */
const ICONS = {
  reminder: "clock",
  decision: "check",
  mention: "people",
  quarantine: "lock",
  rights_ending: "clock",
};

export function Inbox() {
  useEffect(() => void loadInbox(), []);
  const told = entries.value.filter((entry) => !entry.is_open);
  return html`<${Sheet} title="Inbox">
    ${state.value === "failed" &&
    html`<div class="message" role="alert">
      <${Icon} name="alert" />
      <p>The inbox could not be loaded. ${problem}</p>
      <button class="button" onClick=${loadInbox}><${Icon} name="retry" />Try again</button>
    </div>`}
    ${state.value === "loading" && html`<p class="hint" role="status">Loading…</p>`}
    ${state.value === "ready" &&
    waiting.value.length === 0 &&
    html`<p class="panel hint">Nothing waits for your decision.</p>`}
    <${Group} title="To decide" entries=${waiting.value} />
    <${Group} title="Earlier" entries=${told} />
    ${nextCursor.value &&
    html`<p class="more"><button class="button" onClick=${loadMore}>Show more</button></p>`}
    <p class="inbox-more"><${Link} to=${PREFERENCES}>Choose what you are mailed<//></p>
  <//>`;
}

/** @param {{ title: string, entries: Entry[] }} props */
function Group({ title, entries }) {
  if (entries.length === 0) return null;
  return html`<section class="inbox" aria-label=${title}>
    <h2 class="small-heading">${title}</h2>
    <ul class="panel inbox-list">
      ${entries.map((entry) => html`<${Row} key=${entry.id} entry=${entry} />`)}
    </ul>
  </section>`;
}

/** @param {{ entry: Entry }} props */
function Row({ entry }) {
  return html`<li class=${`inbox-entry ${entry.is_open ? "open" : ""}`}>
    <${Icon} name=${entry.is_open ? "inbox" : (ICONS[entry.kind] ?? "bell")} />
    <div>
      <p class="inbox-title" dir="auto">
        <${Link} to=${`/${new URL(entry.link).search}`}>${entry.title}<//>
      </p>
      <p>${entry.text}</p>
      ${entry.comment && html`<blockquote dir="auto">${entry.comment}</blockquote>`}
      <p class="hint">
        ${entry.is_open && entry.due_at
          ? html`Decide by <time datetime=${entry.due_at}>${moment(entry.due_at)}</time>
              ${" "}(${fromNow(entry.due_at)})`
          : html`<time datetime=${entry.at}>${moment(entry.at)}</time>${isOver(entry) &&
            " · waits for you no more"}`}
      </p>
    </div>
  </li>`;
}

/**
 * Whether something asked for a decision that is not asked for any more.
 * @param {Entry} entry
 */
function isOver({ kind, is_open }) {
  return !is_open && (kind === "assignment" || kind === "reminder");
}
