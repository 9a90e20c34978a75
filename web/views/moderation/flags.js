/** What was flagged: who says what against an asset, and what a moderator makes of it. */

import { addressOf, addressOfFlags, open } from "../../address.js";
import { wordsOf } from "../../api.js";
import { assetOf, loadAsset } from "../../data/library.js";
import { pageOfFlags, resolveFlag } from "../../data/moderation.js";
import { say } from "../../data/toasts.js";
import { common, moderation as t } from "../../texts.js";
import { html, useEffect, useId, useSignal } from "../../vendor/preact.js";
import { moment } from "../../wording/format.js";
import { Tabs } from "../inbox/tabs.js";
import { RejectConcern } from "../review/concern.js";
import { Field } from "../shared/field.js";
import { Link } from "../shared/link.js";
import { Thumbnail } from "../shared/thumbnail.js";
import { Trouble } from "../shared/trouble.js";
import { Sheet } from "../shell/sheet.js";

/** @typedef {import("../../rule_types.js").Flag} Flag */

/** @param {{ status: string }} props `open`, or `resolved`. */
export function Flags({ status }) {
  const found = useSignal(/** @type {Flag[] | null} */ (null));
  const next = useSignal(/** @type {string | null} */ (null));
  const trouble = useSignal(/** @type {unknown} */ (null));
  useEffect(() => void load(null), [status]);
  const isOpen = status === "open";
  return html`<${Sheet} title=${t.flags} before=${html`<${Tabs} />`}>
    <p class="sheet-lead">${t.lead}</p>
    <p class="field-row">
      ${t.statuses.map(
        ([name, words]) =>
          html`<${Link} key=${name} class="button small toggle" to=${addressOfFlags(name)}
            aria-current=${name === status ? "true" : undefined}>${words}<//>`,
      )}
    </p>
    ${trouble.value && html`<${Trouble} error=${trouble.value} retry=${() => load(null)} />`}
    ${found.value === null && !trouble.value && html`<p class="hint" role="status">${common.loading}</p>`}
    ${found.value?.length === 0 && html`<p class="panel hint">${isOpen ? t.noneOpen : t.noneResolved}</p>`}
    ${found.value?.map((flag) => html`<${One} key=${flag.id} flag=${flag} done=${takeOut} />`)}
    ${next.value && html`<button class="button" onClick=${() => load(next.value)}>${common.showMore}</button>`}
  <//>`;

  /** @param {string | null} cursor */
  async function load(cursor) {
    trouble.value = null;
    if (!cursor) found.value = null;
    try {
      const page = await pageOfFlags(status, cursor);
      found.value = [...(found.value ?? []), ...page.items];
      next.value = page.next_cursor;
    } catch (error) {
      trouble.value = error;
    }
  }

  /** The keyboard goes on at the page's heading. @param {Flag} flag */
  function takeOut(flag) {
    found.value = (found.value ?? []).filter((one) => one.id !== flag.id);
    document.querySelector("h1")?.focus();
  }
}

/** @param {{ flag: Flag, done: (flag: Flag) => void }} props */
function One({ flag, done }) {
  const { asset_id: id, version, reports, resolution } = flag;
  const asset = assetOf(id).value;
  useEffect(() => {
    // Without its title and picture it can be decided still.
    loadAsset(id).catch(() => {});
  }, [id]);
  const title = asset?.title ?? t.unknownAsset;
  return html`<section class="panel stack" aria-label=${title}>
    <div class="flagged">
      <span class="upload-picture"><${Thumbnail} asset=${asset} size="small" /></span>
      <div>
        <h2 class="flagged-title">
          ${asset
            ? html`<${Link} to=${addressOf(id)} follow=${() => open(id)}><bdi>${title}</bdi><//>`
            : title}
        </h2>
        <p class="hint">${t.versionIs(version)}</p>
      </div>
    </div>
    <ul class="reports">
      ${reports.map(
        (report, at) =>
          html`<li key=${at}>
            <p>
              <strong>${t.reasonWords(report.reason)}</strong>${" · "}
              <bdi>${report.by.email || t.reef}</bdi>, <time datetime=${report.at}>${moment(report.at)}</time>
            </p>
            ${report.comment && html`<blockquote dir="auto">${report.comment}</blockquote>`}
          </li>`,
      )}
    </ul>
    ${flag.count > reports.length && html`<p class="hint">${t.moreReports(flag.count - reports.length)}</p>`}
    ${resolution ? html`<${Resolved} flag=${flag} />` : html`<${Resolve} flag=${flag} title=${title} done=${done} />`}
  </section>`;
}

/** @param {{ flag: Flag }} props */
function Resolved({ flag: { resolution, resolved_by: by, resolved_at: at, comment } }) {
  return html`<div>
    <p>
      <strong>${t.resolutions[resolution ?? ""]}</strong>${" · "}<bdi>${by?.email}</bdi>,${" "}
      ${at && html`<time datetime=${at}>${moment(at)}</time>`}
    </p>
    ${comment && html`<blockquote dir="auto">${comment}</blockquote>`}
  </div>`;
}

/** @param {{ flag: Flag, title: string, done: (flag: Flag) => void }} props */
function Resolve({ flag, title, done }) {
  const id = useId();
  const comment = useSignal("");
  const problem = useSignal("");
  const acting = useSignal(false);
  return html`<form class="stack" aria-label=${t.decide(title)} onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
    <${Field} id=${id} words=${t.comment} rows=${2} maxlength="2000" value=${comment.value}
      put=${(/** @type {string} */ text) => (comment.value = text)} />
    <${RejectConcern} assetId=${flag.asset_id} version=${flag.version} />
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    <div class="field-row">
      ${t.decisions.map(
        ([resolution, words, hint]) =>
          html`<button key=${resolution} class=${`button small ${resolution === "reject_asset" ? "danger" : ""}`}
            type="button" title=${hint} aria-label=${`${words}: ${title}`} disabled=${acting.value}
            onClick=${() => decide(resolution)}>${words}</button>`,
      )}
    </div>
    <p class="hint">${t.decisionsHint}</p>
  </form>`;

  /** @param {import("../../data/moderation.js").Resolution} resolution */
  async function decide(resolution) {
    problem.value = "";
    acting.value = true;
    try {
      await resolveFlag(flag.id, resolution, comment.value.trim());
      say(t.decided[resolution](title));
      done(flag);
    } catch (error) {
      problem.value = wordsOf(error);
      acting.value = false;
    }
  }
}
