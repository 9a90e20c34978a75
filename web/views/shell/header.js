/** The page's head: whose library this is, what waits, who is signed in, and the way out. */

import { COLLECTIONS, INBOX, SCREENS, SHARES } from "../../address.js";
import { waiting, waitingCount } from "../../data/inbox.js";
import { mayShare, seesAll } from "../../data/me.js";
import { tenant } from "../../data/library.js";
import { email, signOut } from "../../session.js";
import { busy } from "../../uploads/pace.js";
import { shell as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Icon, Mark } from "../shared/icons.js";
import { Link } from "../shared/link.js";

export function Header() {
  return html`<header class="header">
    <a class="skip" href="#content">${t.skip}</a>
    <${Link} to="/" class="brand"><${Mark} />${t.reef}<//>
    ${tenant.value && html`<span class="tenant" dir="auto">${tenant.value.name}</span>`}
    <${Usage} />
    <span class="account">
      <${Link} to=${COLLECTIONS} class="button quiet small">
        <${Icon} name="folder" /><span class="narrow-hidden">${t.collections}</span>
      <//>
      ${mayShare.value &&
      html`<${Link} to=${SHARES} class="button quiet small">
        <${Icon} name="share" /><span class="narrow-hidden">${t.shares}</span>
      <//>`}
      <${Link} to=${SCREENS} class="button quiet small">
        <${Icon} name="screen" /><span class="narrow-hidden">${t.screens}</span>
      <//>
      <${InboxLink} />
      <span class="email" dir="auto" title=${email}>${email}</span>
      <button class="button quiet small" onClick=${leave}>
        <${Icon} name="leave" /><span class="narrow-hidden">${t.signOut}</span>
      </button>
    </span>
  </header>`;
}

function InboxLink() {
  const some = waiting.value.length > 0;
  return html`<${Link} to=${INBOX} class="button quiet small">
    <${Icon} name="inbox" /><span class="narrow-hidden">${t.inbox}</span>
    ${some &&
    html`<span class="count">${waitingCount}<span class="unseen">${" "}${t.toDecide}</span></span>`}
  <//>`;
}

function Usage() {
  const usage = tenant.value?.usage;
  if (!usage || !seesAll.value) return null;
  return html`<bdi class="usage">${t.usage(usage)}</bdi>`;
}

function leave() {
  if (!busy.value || confirm(t.stopUploads)) signOut();
}
