/** The entries of a playlist in their order, moved by dragging and by keyboard. */

import { addressOf } from "../../address.js";
import { loadCollection } from "../../data/collections.js";
import { assetOf, isGone, loadAsset } from "../../data/library.js";
import { common, playlists as t } from "../../texts.js";
import { html, useEffect, useLayoutEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Thumbnail } from "../shared/thumbnail.js";
import { Times } from "./times.js";
import { timesWords } from "./words.js";

/** @typedef {import("./playlist.js").Entry} Entry */

/** @typedef {(item: Entry["item"]) => Entry["item"]} Update */

/** @param {{ entries: Entry[], change: ((update: (entries: Entry[]) => Entry[]) => void) | null }} props */
export function Items({ entries, change }) {
  const dragged = useSignal("");
  const over = useSignal("");
  const said = useSignal("");
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const focus = useRef("");
  // What was moved by keyboard keeps it, wherever it is now.
  useLayoutEffect(() => {
    if (!focus.current) return;
    /** @type {HTMLElement | null | undefined} */
    const grip = list.current?.querySelector(`[data-key="${focus.current}"] .grip`);
    focus.current = "";
    grip?.focus();
  });
  return html`<ol class="items" ref=${list} aria-label=${t.items}>
      ${entries.map(
        (entry) =>
          html`<${Item}
            key=${entry.key}
            entry=${entry}
            marked=${over.value === entry.key && dragged.value !== entry.key}
            drag=${change && { dragged, over, drop: () => drop(entry.key) }}
            change=${change && ((/** @type {Update} */ update) => put(entry.key, update))}
            takeOut=${() => change?.((all) => all.filter(({ key }) => key !== entry.key))}
            move=${(/** @type {number} */ step, /** @type {string} */ name) => move(entry.key, step, name)}
          />`,
      )}
    </ol>
    <p class="unseen" aria-live="polite">${said}</p>`;

  /** @param {string} key @param {Update} update */
  function put(key, update) {
    change?.((all) => all.map((one) => (one.key === key ? { key, item: update(one.item) } : one)));
  }

  /** @param {string} target The entry whose place the dragged one takes. */
  function drop(target) {
    const moved = dragged.value;
    over.value = dragged.value = "";
    change?.((all) => {
      const [from, to] = [moved, target].map((key) => all.findIndex((one) => one.key === key));
      return from < 0 || to < 0 ? all : moveTo(all, from, to);
    });
  }

  /** @param {string} key @param {number} step @param {string} name Of what keeps the keyboard. */
  function move(key, step, name) {
    change?.((all) => {
      const from = all.findIndex((one) => one.key === key);
      const to = from + step;
      if (from < 0 || to < 0 || to >= all.length) return all;
      if (name) {
        focus.current = key;
        said.value = t.moved(to + 1, all.length, name);
      }
      return moveTo(all, from, to);
    });
  }
}

/** @param {Entry[]} entries @param {number} from @param {number} to */
function moveTo(entries, from, to) {
  return entries.toSpliced(from, 1).toSpliced(to, 0, entries[from]);
}

/**
 * @param {{ entry: Entry, marked: boolean,
 *   drag: { dragged: import("../../vendor/preact.js").Signal<string>,
 *     over: import("../../vendor/preact.js").Signal<string>, drop: () => void } | null,
 *   change: ((update: Update) => void) | null, takeOut: () => void,
 *   move: (step: number, name: string) => void }} props
 */
function Item({ entry: { key, item }, marked, drag, change, takeOut, move }) {
  const { name, picture } = useWhat(item);
  const times = timesWords(item);
  return html`<li
    class=${`item ${marked ? "marked" : ""}`}
    data-key=${key}
    onDragOver=${drag && hover}
    onDrop=${drag && take}
  >
    ${drag &&
    html`<button class="grip" draggable="true" aria-label=${`${t.drag}: ${name}`} title=${t.drag}
      onDragStart=${start} onDragEnd=${() => (drag.over.value = drag.dragged.value = "")} onKeyDown=${press}>
      <${Icon} name="grip" />
    </button>`}
    <span class="item-picture">${picture}</span>
    <span class="item-words">
      ${item.asset_id && !isGone(item.asset_id)
        ? html`<${Link} to=${addressOf(item.asset_id)}><bdi>${name}</bdi><//>`
        : html`<bdi>${name}</bdi>`}
      ${times && html`<span class="hint">${times}</span>`}
    </span>
    ${change &&
    html`<span class="item-deeds">
        <${Deed} icon="up" words=${t.up} of=${name} act=${() => move(-1, "")} />
        <${Deed} icon="down" words=${t.down} of=${name} act=${() => move(1, "")} />
        <${Deed} icon="close" words=${t.remove} of=${name} act=${takeOut} />
      </span>
      <details class="fold item-times">
        <summary aria-label=${`${t.when}: ${name}`}>${t.when}</summary>
        <${Times} id=${key} item=${item} change=${change} />
      </details>`}
  </li>`;

  /** @param {DragEvent} event */
  function start(event) {
    if (!drag || !event.dataTransfer) return;
    drag.dragged.value = key;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", name);
    const row = /** @type {HTMLElement} */ (event.currentTarget).closest("li");
    if (row) event.dataTransfer.setDragImage(row, 16, 16);
  }

  /** @param {DragEvent} event Files that are dragged here are none of the playlist's. */
  function hover(event) {
    if (!drag?.dragged.value) return;
    event.preventDefault();
    drag.over.value = key;
  }

  /** @param {DragEvent} event */
  function take(event) {
    if (!drag?.dragged.value) return;
    event.preventDefault();
    drag.drop();
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    move(step, name);
  }
}

/** @param {{ icon: string, words: string, of: string, act: () => void }} props */
function Deed({ icon, words, of, act }) {
  return html`<button class="button quiet icon-only" title=${words} aria-label=${`${words}: ${of}`} onClick=${act}>
    <${Icon} name=${icon} />
  </button>`;
}

/**
 * What an entry is called and looks like.
 * @param {Entry["item"]} item
 */
function useWhat({ asset_id: assetId, rule }) {
  const collection = useSignal("");
  const collectionId = rule?.collection_id;
  const asset = assetId ? assetOf(assetId).value : null;
  useEffect(() => {
    // Without a name the entry still can be moved and taken out.
    if (assetId && !assetOf(assetId).value && !isGone(assetId)) loadAsset(assetId).catch(() => {});
    if (collectionId) {
      collection.value = t.aCollection;
      loadCollection(collectionId).then(
        ({ body }) => (collection.value = body.name),
        () => {},
      );
    }
  }, [assetId, collectionId]);
  if (rule) {
    return { name: t.ruleWords(rule, collection.value), picture: html`<span class="no-picture"><${Icon} name="list" /></span>` };
  }
  const name = asset?.title ?? (isGone(assetId ?? "") ? t.gone : common.loading);
  return { name, picture: html`<${Thumbnail} asset=${asset} size="small" />` };
}
