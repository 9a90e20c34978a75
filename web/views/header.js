/** The page's head: whose library this is, what waits, who is signed in, and the way out. */

import { INBOX } from "../address.js";
import { bytes, count } from "../format.js";
import { waiting, waitingCount } from "../inbox.js";
import { tenant } from "../library.js";
import { email, signOut } from "../session.js";
import { busy } from "../uploads/pace.js";
import { html } from "../vendor/preact.js";
import { Icon, Mark } from "./icons.js";
import { Link } from "./link.js";

export function Header() {
  return html`<header class="header">
    <a class="skip" href="#content">Skip to the content</a>
    <${Link} to="/" class="brand"><${Mark} />Reef<//>
    ${tenant.value && html`<span class="tenant" dir="auto">${tenant.value.name}</span>`}
    <${Usage} />
    <span class="account">
      <${InboxLink} />
      <span class="email" dir="auto" title=${email}>${email}</span>
      <button class="button quiet small" onClick=${leave}>
        <${Icon} name="leave" /><span class="narrow-hidden">Sign out</span>
      </button>
    </span>
  </header>`;
}

function InboxLink() {
  const some = waiting.value.length > 0;
  return html`<${Link} to=${INBOX} class="button quiet small">
    <${Icon} name="inbox" /><span class="narrow-hidden">Inbox</span>
    ${some &&
    html`<span class="count">${waitingCount}<span class="unseen">${" "}to decide</span></span>`}
  <//>`;
}

function Usage() {
  const usage = tenant.value?.usage;
  if (!usage) return null;
  return html`<bdi class="usage">
    ${count(usage.assets, "asset")} · ${bytes(usage.storage_bytes)} of
    ${" "}${bytes(usage.storage_quota_bytes)}
  </bdi>`;
}

function leave() {
  if (!busy.value || confirm("Uploads are under way. Sign out and stop them?")) signOut();
}
