/** The page's head: whose library this is, who is signed in, and the way out. */

import { bytes, count } from "../format.js";
import { tenant } from "../library.js";
import { email, signOut } from "../session.js";
import { busy } from "../uploads/pace.js";
import { html } from "../vendor/preact.js";
import { Icon, Mark } from "./icons.js";

export function Header() {
  return html`<header class="header">
    <a class="skip" href="#library">Skip to the library</a>
    <span class="brand"><${Mark} />Reef</span>
    ${tenant.value && html`<span class="tenant" dir="auto">${tenant.value.name}</span>`}
    <${Usage} />
    <span class="account">
      <span class="email" dir="auto" title=${email}>${email}</span>
      <button class="button quiet small" onClick=${leave}>
        <${Icon} name="leave" /><span class="sign-out-words">Sign out</span>
      </button>
    </span>
  </header>`;
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
