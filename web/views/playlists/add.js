/** What can be put into a playlist: an asset, an address, or a rule that finds assets. */

import { wordsOf } from "../../api.js";
import { allCollections } from "../../data/collections.js";
import { findAssets, makeLinkAsset } from "../../data/playlists.js";
import { put } from "../../data/library.js";
import { onScreens } from "../../data/media.js";
import { say } from "../../data/toasts.js";
import { playlists as t } from "../../texts.js";
import { html, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Thumbnail } from "../shared/thumbnail.js";

/** @typedef {(item: import("../../screen_types.js").PlaylistItem) => void} AddItem */

/** @param {{ add: AddItem }} props */
export function Add({ add }) {
  return html`<div class="panel stack adding">
    <${Assets} add=${add} />
    <${Rule} add=${add} />
    <${LinkForm} add=${add} />
  </div>`;
}

/** @param {{ add: AddItem }} props */
function Assets({ add }) {
  const found = useSignal(/** @type {import("../../types.js").Asset[] | null} */ (null));
  const problem = useSignal("");
  return html`<details class="fold" onToggle=${(/** @type {any} */ e) => e.currentTarget.open && !found.value && find("")}>
    <summary>${t.addAsset}</summary>
    <form class="field-row field" role="search" onSubmit=${search}>
      <input name="words" type="search" dir="auto" autocomplete="off" aria-label=${t.search} placeholder=${t.search} />
      <button class="button">${t.find}</button>
    </form>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${found.value?.length === 0 && html`<p class="hint" role="status">${t.nothingFound}</p>`}
    <ul class="offers">
      ${found.value?.map(
        (asset) =>
          html`<li key=${asset.id} class="offer">
            <span class="item-picture"><${Thumbnail} asset=${asset} size="small" /></span>
            <bdi>${asset.title}</bdi>
            ${onScreens(asset) === "never"
              ? html`<span class="hint">${t.noScreen}</span>`
              : html`<button class="button small" aria-label=${`${t.add}: ${asset.title}`} onClick=${() => take(asset)}>
                  <${Icon} name="add" />${t.add}
                </button>`}
          </li>`,
      )}
    </ul>
  </details>`;

  /** The entry may come to stand out of sight. @param {import("../../types.js").Asset} asset */
  function take(asset) {
    add({ asset_id: asset.id });
    say(t.taken(asset.title));
  }

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  function search(event) {
    event.preventDefault();
    return find(String(new FormData(event.currentTarget).get("words")).trim());
  }

  /** @param {string} words */
  async function find(words) {
    problem.value = "";
    try {
      const assets = await findAssets(words);
      assets.forEach(put);
      found.value = assets;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/** @param {{ add: AddItem }} props */
function LinkForm({ add }) {
  const problem = useSignal("");
  const key = useRef(crypto.randomUUID());
  return html`<details class="fold">
    <summary>${t.addLink}</summary>
    <form class="stack field" aria-label=${t.addLink} onSubmit=${make}>
      <label for="link-url">${t.address}</label>
      <input id="link-url" name="url" type="url" required maxlength="2000" placeholder="https://" />
      <label for="link-type">${t.kind}</label>
      <select id="link-type" name="type">
        ${t.linkTypes.map(([value, words]) => html`<option key=${value} value=${value}>${words}</option>`)}
      </select>
      <label for="link-title">${t.titleField}</label>
      <input id="link-title" name="title" required maxlength="200" dir="auto" autocomplete="off" />
      ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
      <button class="button"><${Icon} name="add" />${t.add}</button>
    </form>
  </details>`;

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function make(event) {
    event.preventDefault();
    const { currentTarget } = event;
    const form = new FormData(currentTarget);
    problem.value = "";
    try {
      const link = {
        url: String(form.get("url")).trim(),
        link_type: String(form.get("type")),
        title: String(form.get("title")).trim(),
      };
      const asset = await makeLinkAsset(link, key.current);
      put(asset);
      add({ asset_id: asset.id });
      currentTarget.reset();
    } catch (error) {
      problem.value = wordsOf(error);
    }
    key.current = crypto.randomUUID();
  }
}

/** @param {{ add: AddItem }} props */
function Rule({ add }) {
  const collections = useSignal(/** @type {import("../../types.js").Collection[]} */ ([]));
  const problem = useSignal("");
  return html`<details class="fold" onToggle=${open}>
    <summary>${t.addRule}</summary>
    <form class="stack field" aria-label=${t.addRule} onSubmit=${make}>
      <label for="rule-tag">${t.tag}</label>
      <input id="rule-tag" name="tag" maxlength="100" dir="auto" autocomplete="off" />
      <label for="rule-category">${t.category}</label>
      <input id="rule-category" name="category" dir="auto" autocomplete="off" />
      <label for="rule-collection">${t.collection}</label>
      <select id="rule-collection" name="collection">
        <option value="">${t.anyCollection}</option>
        ${collections.value.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}
      </select>
      <label for="rule-newest">${t.newest}</label>
      <input id="rule-newest" name="newest" type="number" min="1" max="500" step="1" />
      ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
      <button class="button"><${Icon} name="add" />${t.add}</button>
    </form>
  </details>`;

  /** @param {Event & { currentTarget: HTMLDetailsElement }} event */
  async function open({ currentTarget }) {
    if (!currentTarget.open) return;
    // Without their names other rules can be made still.
    collections.value = await allCollections().catch(() => []);
  }

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  function make(event) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    /** @type {import("../../screen_types.js").Rule} */
    const rule = {};
    const [tag, category] = ["tag", "category"].map((name) => String(form.get(name)).trim());
    if (tag) rule.tag = tag;
    if (category) rule.category = category;
    if (form.get("collection")) rule.collection_id = String(form.get("collection"));
    if (form.get("newest")) rule.newest = Number(form.get("newest"));
    problem.value = Object.keys(rule).length === 0 ? t.ruleEmpty : "";
    if (problem.value) return;
    add({ rule });
    event.currentTarget.reset();
  }
}
