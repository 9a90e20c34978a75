/** What can be done with the assets that are chosen. */

import { filters } from "../../address.js";
import { wordsOf, pause } from "../../api.js";
import { restore, trash } from "../../data/assets.js";
import { mayCollect, mayEdit } from "../../data/me.js";
import { hasBytes, signedUrl } from "../../data/media.js";
import { clearSelection, selectAll, selected } from "../../data/selection.js";
import { library as t } from "../../texts.js";
import { html, useEffect, useRef, useSignal } from "../../vendor/preact.js";
import { AddToCollection } from "../collections/add_to.js";
import { useConcern } from "../shared/concern.js";
import { follow } from "../shared/download.js";
import { Icon } from "../shared/icons.js";
import { cardOf, focusContent } from "./steering.js";
import { TagChosen } from "./tag_chosen.js";

/** Browsers take one download after the other, not all at once. */
const BETWEEN_MS = 700;

export function Chosen() {
  const acting = useSignal(false);
  const failed = useSignal(/** @type {string[]} */ ([]));
  const assets = selected.value;
  const trashed = filters.value.trashed === "true";
  const concern = useConcern(...assets);
  const editable = assets.every(mayEdit);
  if (assets.length === 0) return html`<${Failures} failed=${failed.value} />`;
  return html`<div class="chosen-bar" role="region" aria-label=${t.chosenAssets}>
      <strong role="status">${t.chosenCount(assets.length)}</strong>
      <button class="button small" onClick=${selectAll}>${t.chooseAll}</button>
      ${!trashed &&
      html`<button class="button small" disabled=${acting.value} onClick=${() => act(download)}>
        <${Icon} name="download" />${t.download}
      </button>`}
      ${!trashed &&
      mayCollect.value &&
      html`<${AddToCollection} assetIds=${assets.map((one) => one.id)} done=${leave} />`}
      ${editable &&
      !trashed &&
      html`<${TagChosen} assets=${assets} done=${leave} />`}
      ${editable &&
      (trashed
        ? html`<button class="button small" disabled=${acting.value} onClick=${() => act(restore)}>
            <${Icon} name="undo" />${t.restore}
          </button>`
        : html`<button
            class="button small danger"
            disabled=${acting.value}
            onClick=${() => concern.before(assets.length > 1 ? "trashMany" : "trash", () => act(trash))}
          >
            <${Icon} name="trash" />${t.moveToTrash}
          </button>`)}
      <button class="button small quiet" onClick=${leave}>
        <${Icon} name="close" />${t.chooseNone}
      </button>
    </div>
    ${concern.panel}
    <${Failures} failed=${failed.value} />`;

  /** Choose nothing any more: the bar goes, and the keyboard that was in it goes on at the cards. */
  function leave() {
    clearSelection();
    const card = assets.map((one) => cardOf(one.id)).find((found) => found !== null);
    if (card) card.focus({ preventScroll: true });
    else focusContent();
  }

  /** @param {(assets: import("../../types.js").Asset[]) => Promise<string[]>} deed */
  async function act(deed) {
    acting.value = true;
    failed.value = [];
    try {
      failed.value = await deed(assets);
      if (failed.value.length === 0) leave();
    } catch (error) {
      failed.value = [wordsOf(error)];
    } finally {
      acting.value = false;
    }
  }
}

/** @param {{ failed: string[] }} props */
function Failures({ failed }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  // It stands above the assets, of which any may be in sight.
  useEffect(() => list.current?.scrollIntoView({ block: "nearest" }), [failed]);
  if (failed.length === 0) return null;
  return html`<ul class="message failures" role="alert" ref=${list}>
    ${failed.map((words) => html`<li key=${words}>${words}</li>`)}
  </ul>`;
}

/**
 * @param {import("../../types.js").Asset[]} assets
 * @returns {Promise<string[]>}
 */
async function download(assets) {
  /** @type {string[]} */
  const failed = [];
  for (const asset of assets) {
    if (!hasBytes(asset)) {
      failed.push(t.noBytes(asset.title));
      continue;
    }
    follow(await signedUrl(asset));
    await pause(BETWEEN_MS);
  }
  return failed;
}
