/** One collection: what is in it and in which order, shared and fetched as one. */

import { COLLECTIONS, go } from "../../address.js";
import { Problem, wordsOf } from "../../api.js";
import {
  changeCollection,
  deleteCollection,
  fillCollection,
  loadCollection,
} from "../../data/collections.js";
import { assetOf, loadAsset } from "../../data/library.js";
import { mayCollect, mayShare } from "../../data/me.js";
import { pageOfLinks } from "../../data/shares.js";
import { say } from "../../data/toasts.js";
import { collections as t, common } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Links } from "../shares/links.js";
import { Sheet } from "../shell/sheet.js";
import { Entry } from "./entry.js";
import { Zip } from "./zip.js";

/** @typedef {import("../../data/collections.js").Tagged} Tagged */

const BACK = html`<p class="sheet-back">
  <${Link} to=${COLLECTIONS}><${Icon} name="previous" class="turns" />${t.back}<//>
</p>`;

/** @param {{ id: string }} props */
export function Collection({ id }) {
  const found = useSignal(/** @type {Tagged | null} */ (null));
  const problem = useSignal("");
  useEffect(() => void load(), [id]);
  if (!found.value) {
    return html`<${Sheet} title=${t.title} before=${BACK}>
      ${problem.value
        ? html`<p class="wrong" role="alert">${problem}</p>`
        : html`<p class="hint" role="status">${common.loading}</p>`}
    <//>`;
  }
  const { name, description, asset_ids } = found.value.body;
  return html`<${Sheet} title=${name} before=${BACK}>
    ${mayCollect.value
      ? html`<${Description} of=${found.value.body} save=${describe} remove=${remove} />`
      : description && html`<p class="sheet-lead" dir="auto">${description}</p>`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${asset_ids.length === 0
      ? html`<p class="hint">${t.empty}</p>`
      : html`<ol class="collection panel">
            ${asset_ids.map(
              (assetId, at) =>
                html`<${Entry}
                  key=${assetId}
                  asset=${assetOf(assetId).value}
                  isFirst=${at === 0}
                  isLast=${at === asset_ids.length - 1}
                  move=${mayCollect.value ? (/** @type {number} */ step) => move(at, step) : null}
                  takeOut=${() => fill(asset_ids.filter((one) => one !== assetId))}
                />`,
            )}
          </ol>
          <div class="panel"><${Zip} what=${{ collection_id: id }} /></div>`}
    <div class="panel">
      <${Links} shared=${{ collection_id: id }} list=${links} may=${mayShare.value && asset_ids.length > 0} />
    </div>
  <//>`;

  async function load() {
    problem.value = "";
    try {
      const loaded = await loadCollection(id);
      // One after the other: a collection may hold hundreds.
      found.value = loaded;
      for (const one of loaded.body.asset_ids) if (!assetOf(one).value) await loadAsset(one);
    } catch (error) {
      const gone = error instanceof Problem && error.status === 404;
      problem.value = gone ? t.missing : wordsOf(error);
    }
  }

  async function links() {
    const items = [];
    let cursor = /** @type {string | null} */ (null);
    do {
      const page = await pageOfLinks(cursor);
      items.push(...page.items.filter((link) => link.collection_id === id));
      cursor = page.next_cursor;
    } while (cursor);
    return items;
  }

  /** @param {number} at @param {number} step */
  function move(at, step) {
    const ids = [.../** @type {Tagged} */ (found.value).body.asset_ids];
    [ids[at], ids[at + step]] = [ids[at + step], ids[at]];
    return fill(ids);
  }

  /** @param {string[]} ids */
  function fill(ids) {
    return attempt((tag) => fillCollection(id, ids, tag));
  }

  /** @param {{ name: string, description: string }} said */
  function describe(said) {
    return attempt((tag) => changeCollection(id, said, tag));
  }

  /** @param {(tag: string) => Promise<Tagged>} deed Refused where somebody else was faster. */
  async function attempt(deed) {
    problem.value = "";
    try {
      found.value = await deed(found.value?.tag ?? "");
    } catch (error) {
      if (error instanceof Problem && error.status === 412) await load();
      problem.value = wordsOf(error);
    }
  }

  async function remove() {
    try {
      await deleteCollection(id);
      say(t.removed);
      go(COLLECTIONS);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/**
 * @param {{ of: import("../../types.js").Collection,
 *   save: (said: { name: string, description: string }) => void, remove: () => void }} props
 */
function Description({ of, save, remove }) {
  return html`<details class="fold">
    <summary>${t.describe}</summary>
    <form class="field" onSubmit=${take}>
      <label for="collection-name">${t.name}</label>
      <input id="collection-name" name="name" required maxlength="200" dir="auto" defaultValue=${of.name} />
      <label for="collection-description">${t.description}</label>
      <textarea id="collection-description" name="description" rows="3" dir="auto" maxlength="5000">${of.description}</textarea>
      <div class="field-row">
        <button class="button">${t.save}</button>
        <button class="button danger" type="button" onClick=${remove}>
          <${Icon} name="trash" />${t.removeAll}
        </button>
      </div>
    </form>
  </details>`;

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  function take(event) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    save({ name: String(form.get("name")).trim(), description: String(form.get("description")).trim() });
  }
}
