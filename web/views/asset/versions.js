/** An asset's versions: what is published, what was, and what has changed. */

import { wordsOf } from "../../api.js";
import { difference, moveVersion, versionsOf } from "../../data/assets.js";
import { mayEdit } from "../../data/me.js";
import { versions as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { statusWords } from "../../wording/assets.js";
import { bytes, moment } from "../../wording/format.js";
import { useConcern } from "../shared/concern.js";
import { Difference } from "./difference.js";

/** @typedef {import("../../types.js").Asset} Asset */
/** @typedef {import("../../types.js").Version} Version */

/** @param {{ asset: Asset }} props */
export function Versions({ asset }) {
  const found = useSignal(/** @type {Version[] | null} */ (null));
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
            before=${all[at + 1]}
            act=${mayChange && !acting.value ? attempt : null}
          />`,
      )}
    </ol>
    ${concern.panel}
  </section>`;

  async function load() {
    try {
      found.value = (await versionsOf(asset.id)).items;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  /** @param {number} number @param {"publish" | "unpublish" | "rollback"} deed */
  function attempt(number, deed) {
    if (deed !== "unpublish") return act(number, deed);
    return concern.before("unpublish", () => act(number, deed));
  }

  /** @param {number} number @param {"publish" | "unpublish" | "rollback"} deed */
  async function act(number, deed) {
    acting.value = true;
    problem.value = "";
    try {
      await moveVersion(asset, number, deed);
      await load();
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      acting.value = false;
    }
  }
}

/**
 * @param {{ asset: Asset, version: Version, before: Version | undefined,
 *   act: ((number: number, deed: "publish" | "unpublish" | "rollback") => void) | null }} props
 */
function Row({ asset, version, before, act }) {
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
    ${version.change_description && html`<p dir="auto">${version.change_description}</p>`}
    <div class="field-row">
      ${act &&
      status === "approved" &&
      !published &&
      version.branch === "main" &&
      html`<${Deed} words=${t.publish} of=${number} act=${() => act(number, "publish")} />`}
      ${act &&
      published &&
      html`<${Deed} words=${t.unpublish} of=${number} act=${() => act(number, "unpublish")} />`}
      ${act &&
      usable &&
      number !== asset.current_version &&
      html`<${Deed} words=${t.rollBack} of=${number} act=${() => act(number, "rollback")} />`}
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
