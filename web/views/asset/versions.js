/** An asset's versions: what is published, what was, and what has changed. */

import { Problem, wordsOf } from "../../api.js";
import { difference, mergeBranch, moveVersion, versionsOf } from "../../data/assets.js";
import { mayEdit } from "../../data/me.js";
import { common, versions as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { statusWords } from "../../wording/assets.js";
import { bytes, moment } from "../../wording/format.js";
import { useConcern } from "../shared/concern.js";
import { Difference } from "./difference.js";

/** @typedef {import("../../types.js").Asset} Asset */
/** @typedef {import("../../types.js").Version} Version */
/** @typedef {"publish" | "unpublish" | "rollback" | "merge"} Move */

/** @param {{ asset: Asset }} props */
export function Versions({ asset }) {
  const found = useSignal(/** @type {Version[] | null} */ (null));
  const next = useSignal(/** @type {string | null} */ (null));
  const problem = useSignal("");
  const acting = useSignal(false);
  const concern = useConcern(asset);
  useEffect(() => void load(), [asset.id, asset.current_version, asset.status]);
  const mayChange = mayEdit(asset) && asset.status !== "trashed";
  return html`<section class="versions" aria-labelledby="versions-title">
    <h3 id="versions-title" class="small-heading">${t.title}</h3>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    <ol class="version-list">
      ${found.value?.map(
        (version, at, all) =>
          html`<${Row}
            key=${version.number}
            asset=${asset}
            version=${version}
            before=${beforeOf(all, at)}
            heads=${isHead(all, at)}
            act=${mayChange && !acting.value ? attempt : null}
          />`,
      )}
    </ol>
    ${next.value && html`<button class="button small" onClick=${() => load(next.value)}>${common.showMore}</button>`}
    ${concern.panel}
  </section>`;

  /** @param {string | null} [cursor] Where the page begins. */
  async function load(cursor = null) {
    try {
      const page = await versionsOf(asset.id, cursor);
      found.value = [...(cursor ? (found.value ?? []) : []), ...page.items];
      next.value = page.next_cursor;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  /** @param {Version} version @param {Move} deed */
  function attempt(version, deed) {
    if (deed !== "unpublish") return act(version, deed);
    return concern.before("unpublish", () => act(version, deed));
  }

  /** @param {Version} version @param {Move} deed */
  async function act({ number, branch }, deed) {
    acting.value = true;
    problem.value = "";
    try {
      if (deed === "merge") await merge(branch);
      else await moveVersion(asset, number, deed);
      await load();
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      acting.value = false;
    }
  }

  /** @param {string} branch Where others were faster, it is asked whether that matters. */
  async function merge(branch) {
    try {
      await mergeBranch(asset, branch, false);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "branch_diverged") throw error;
      if (confirm(t.diverged)) await mergeBranch(asset, branch, true);
    }
  }
}

/**
 * The version before another one, on its own branch where there is one.
 * @param {Version[]} all The newest first.
 * @param {number} at
 */
function beforeOf(all, at) {
  const older = all.slice(at + 1);
  return older.find((one) => one.branch === all[at].branch) ?? older[0];
}

/**
 * Whether a version is the newest of a branch beside the main one.
 * @param {Version[]} all The newest first.
 * @param {number} at
 */
function isHead(all, at) {
  const { branch } = all[at];
  return branch !== "main" && all.findIndex((one) => one.branch === branch) === at;
}

/**
 * @param {{ asset: Asset, version: Version, before: Version | undefined, heads: boolean,
 *   act: ((version: Version, deed: Move) => void) | null }} props `heads`: it is its branch's newest.
 */
function Row({ asset, version, before, heads, act }) {
  const compared = useSignal(/** @type {import("../../types.js").Difference | null} */ (null));
  const problem = useSignal("");
  const { number, published, status } = version;
  const usable = status === "approved" || status === "in_review" || status === "rejected";
  return html`<li class="version">
    <p class="version-head">
      <strong>${t.version(number)}</strong>
      <span class=${`badge ${published ? "approved" : "closed"}`}>
        ${published ? t.published : statusWords(status)}
      </span>
    </p>
    <p class="hint">
      <bdi>${version.created_by.email}</bdi>, ${moment(version.created_at)} · ${bytes(version.size_bytes)}
    </p>
    ${version.branch !== "main" && html`<p class="hint"><bdi>${t.onBranch(version.branch)}</bdi></p>`}
    ${version.change_description && html`<p dir="auto">${version.change_description}</p>`}
    <div class="field-row">
      ${act &&
      status === "approved" &&
      !published &&
      version.branch === "main" &&
      html`<${Deed} words=${t.publish} of=${number} act=${() => act(version, "publish")} />`}
      ${act &&
      published &&
      html`<${Deed} words=${t.unpublish} of=${number} act=${() => act(version, "unpublish")} />`}
      ${act &&
      usable &&
      !heads &&
      number !== asset.current_version &&
      html`<${Deed} words=${t.rollBack} of=${number} act=${() => act(version, "rollback")} />`}
      ${act &&
      heads &&
      usable &&
      html`<${Deed} words=${t.merge} of=${number} act=${() => act(version, "merge")} />`}
      ${before && html`<${Deed} words=${t.compare} of=${number} act=${compare} />`}
    </div>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${compared.value && html`<${Difference} found=${compared.value} />`}
  </li>`;

  async function compare() {
    if (compared.value || !before) return void (compared.value = null);
    try {
      compared.value = await difference(asset.id, before.number, number);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/** @param {{ words: string, of: number, act: () => void }} props */
function Deed({ words, of, act }) {
  return html`<button class="button small" aria-label=${`${words}: ${t.version(of)}`} onClick=${act}>
    ${words}
  </button>`;
}
