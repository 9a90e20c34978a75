/** The page's head: whose library this is, its pages, what waits, who is signed in, and the way out. */

import { COLLECTIONS, INBOX, LIBRARY, SCREENS, SHARES, place } from "../../address.js";
import { waiting, waitingCount } from "../../data/inbox.js";
import { mayShare, seesAll } from "../../data/me.js";
import { order, tenant } from "../../data/library.js";
import { email, signOut } from "../../session.js";
import { busy } from "../../uploads/pace.js";
import { shell as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { FOUND } from "../library/filters.js";
import { reachableCard } from "../library/steering.js";
import { Icon, Mark } from "../shared/icons.js";
import { Link } from "../shared/link.js";

/** The places of each page of the head, those that lie behind it included. @type {Record<string, string[]>} */
const PLACES = {
  [LIBRARY]: ["library", "search", "descriptions"],
  [COLLECTIONS]: ["collections", "collection"],
  [SHARES]: ["shares"],
  [SCREENS]: ["screens", "device", "groups", "rollout", "playlists", "playlist"],
  [INBOX]: ["inbox", "workflow", "preferences", "flags", "rules", "rule", "templates", "template"],
};

export function Header() {
  return html`<header class="header">
    ${place.value.name === "library" &&
    order.value.length > 0 &&
    html`<a class="skip" href=${`#${FOUND}`} onClick=${toAssets}>${t.skipToAssets}</a>`}
    <a class="skip" href="#content">${t.skip}</a>
    <${Link} to=${LIBRARY} class="brand"><${Mark} />${t.reef}<//>
    ${tenant.value && html`<span class="tenant" dir="auto" title=${tenant.value.name}>${tenant.value.name}</span>`}
    <${Usage} />
    <nav class="places" aria-label=${t.pages}>
      <${PageLink} to=${LIBRARY} icon="grid" words=${t.library} />
      <${PageLink} to=${COLLECTIONS} icon="folder" words=${t.collections} />
      ${mayShare.value && html`<${PageLink} to=${SHARES} icon="share" words=${t.shares} />`}
      <${PageLink} to=${SCREENS} icon="screen" words=${t.screens} />
      <${PageLink} to=${INBOX} icon="inbox" words=${t.inbox}>
        ${waiting.value.length > 0 &&
        html`<span class="count">${waitingCount}<span class="unseen">${" "}${t.toDecide}</span></span>`}
      <//>
    </nav>
    <span class="account">
      <span class="email" dir="auto" title=${email}>${email}</span>
      <button class="button quiet small" onClick=${leave}><${Icon} name="leave" />${t.signOut}</button>
    </span>
  </header>`;
}

/**
 * @param {{ to: string, icon: string, words: string,
 *   children?: import("../../vendor/preact.js").ComponentChildren }} props
 */
function PageLink({ to, icon, words, children }) {
  const current = PLACES[to].includes(place.value.name);
  return html`<${Link}
    to=${to}
    class="button quiet small"
    aria-current=${current ? "page" : undefined}
  >
    <${Icon} name=${icon} />${words}${children}
  <//>`;
}

function Usage() {
  const usage = tenant.value?.usage;
  if (!usage || !seesAll.value) return null;
  return html`<bdi class="usage">${t.usage(usage)}</bdi>`;
}

/** @param {Event} event Past all filters and counts, to the asset at which Tab would stop. */
function toAssets(event) {
  const card = reachableCard();
  if (!card) return;
  event.preventDefault();
  card.focus();
}

function leave() {
  if (!busy.value || confirm(t.stopUploads)) signOut();
}
