/** One share link in a list: what it is good for, and what can be done with it. */

import { wordsOf } from "../../api.js";
import { pathOf, renewLink, revokeLink } from "../../data/shares.js";
import { say } from "../../data/toasts.js";
import { shares as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";
import { moment } from "../../wording/format.js";
import { Icon } from "../shared/icons.js";
import { Copy } from "./copy.js";
import { Figures } from "./figures.js";
import { PassOn } from "./pass_on.js";
import { Terms } from "./terms.js";

/** @typedef {import("../../types.js").ShareLink} ShareLink */

/**
 * @param {{ link: ShareLink, name?: string, head?: unknown, changed: () => void }} props `head`
 *   stands above it, where the list is of several things; `name` is what is shared there.
 */
export function LinkRow({ link, name = link.short_url, head, changed }) {
  const open = useSignal(/** @type {"" | "terms" | "figures"} */ (""));
  const renewed = useSignal(/** @type {import("../../types.js").ShareMade | null} */ (null));
  const problem = useSignal("");
  return html`<li class="link-row" aria-label=${t.of(name)}>
    ${head}
    <p class="link-head">
      <a href=${link.url} target="_blank" rel="noopener">${link.short_url.replace(/^https?:\/\//, "")}</a>
      <span class=${`badge ${link.is_active ? "approved" : "closed"}`}>
        ${link.is_active ? t.typeNames[link.share_type] : t.ended}
      </span>
    </p>
    <p class="hint">
      ${t.counts(link.view_count, link.download_count, link.max_downloads)}
      ${link.is_active && html` · ${t.until(link.expires_at && moment(link.expires_at))}`}
    </p>
    ${link.is_active &&
    link.allow_comments &&
    html`<p><a href=${link.url} target="_blank" rel="noopener">${t.readComments}</a></p>`}
    <div class="field-row">
      ${link.is_active &&
      html`<${Copy} text=${link.url} />
        <button class="button small" aria-expanded=${open.value === "terms"} onClick=${() => turn("terms")}>
          <${Icon} name="edit" />${t.change}
        </button>`}
      <button class="button small" aria-expanded=${open.value === "figures"} onClick=${() => turn("figures")}>
        <${Icon} name="chart" />${t.figures}
      </button>
      ${link.is_active &&
      html`<button class="button small" title=${t.renewHint} onClick=${renew}>
          <${Icon} name="retry" />${t.renew}
        </button>
        <button class="button small danger" onClick=${revoke}>
          <${Icon} name="trash" />${t.revoke}
        </button>`}
    </div>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${renewed.value &&
    html`<${PassOn} made=${renewed.value} password="" close=${closeRenewed} words=${t.renewed} />`}
    ${open.value === "terms" && html`<${Terms} link=${link} done=${close} leave=${() => (open.value = "")} />`}
    ${open.value === "figures" && html`<${Figures} path=${pathOf(link)} />`}
  </li>`;

  /** @param {"terms" | "figures"} what */
  function turn(what) {
    open.value = open.value === what ? "" : what;
  }

  function close() {
    open.value = "";
    changed();
  }

  function closeRenewed() {
    renewed.value = null;
    changed();
  }

  function renew() {
    return attempt(async () => void (renewed.value = await renewLink(link)));
  }

  function revoke() {
    return attempt(async () => {
      await revokeLink(link);
      say(t.revoked);
      changed();
    });
  }

  /** @param {() => Promise<void>} deed */
  async function attempt(deed) {
    problem.value = "";
    try {
      await deed();
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}
