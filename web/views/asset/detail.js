/** One asset at large, in a dialog over the grid. */

import { close, open, openId } from "../../address.js";
import { Problem } from "../../api.js";
import { isUnsettled, loadJob } from "../../data/following.js";
import { assetOf, loadAsset, order } from "../../data/library.js";
import { common, detail as t, shell } from "../../texts.js";
import { html, useEffect, useLayoutEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { focusContent, focusWanted } from "../library/steering.js";
import { Toast } from "../shared/toast.js";
import { Body } from "./body.js";

/** @param {{ id: string }} props */
export function Detail({ id }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const seen = useRef(id);
  const problem = useSignal("");
  const place = useRef(0);
  seen.current = id;
  const at = order.value.indexOf(id);
  if (at >= 0) place.current = at;
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      focusAt(seen.current, place.current);
    };
  }, []);
  useEffect(() => {
    problem.value = "";
    load(id).catch((error) => (problem.value = error.message));
  }, [id]);
  const asset = assetOf(id).value;
  useEffect(() => {
    document.title = asset ? shell.tab(asset.title) : shell.reef;
    return () => {
      document.title = shell.reef;
    };
  }, [asset?.title]);
  return html`<dialog
    class="detail"
    ref=${dialog}
    aria-labelledby="detail-title"
    onCancel=${leave}
    onKeyDown=${turn}
    onClick=${(/** @type {Event} */ e) => e.target === dialog.current && close()}
  >
    <div class="detail-frame">
      <header class="detail-head">
        <h2 id="detail-title" dir="auto" title=${asset?.title}>${asset?.title ?? t.asset}</h2>
        <${Neighbour} id=${neighbourOf(id, -1)} icon="previous" words=${t.previous} />
        <${Neighbour} id=${neighbourOf(id, 1)} icon="next" words=${t.next} />
        <button class="button quiet icon-only" aria-label=${common.close} onClick=${close}>
          <${Icon} name="close" />
        </button>
      </header>
      ${problem.value
        ? html`<div class="message" role="alert"><${Icon} name="alert" /><p>${problem}</p></div>`
        : html`<${Body} key=${id} asset=${asset} />`}
    </div>
    <${Toast} />
  </dialog>`;
}

/**
 * After the dialog the keyboard goes on at the card last seen, or at the one that has its place now.
 * @param {string} id
 * @param {number} at
 */
function focusAt(id, at) {
  const ids = order.value;
  const next = ids.includes(id) ? id : ids[Math.min(at, ids.length - 1)];
  if (next) focusWanted.value = next;
  else focusContent();
}

/** @param {{ id: string | undefined, icon: string, words: string }} props */
function Neighbour({ id, icon, words }) {
  return html`<button
    class="button quiet icon-only"
    aria-label=${words}
    disabled=${!id}
    onClick=${() => id && open(id)}
  >
    <${Icon} name=${icon} class="turns" />
  </button>`;
}

/** @param {string} id */
async function load(id) {
  const asset = await loadAsset(id);
  if (!asset) throw new Problem(t.missing, { status: 404 });
  if (isUnsettled(asset) || asset.status === "failed") await loadJob(id);
}

/** @param {Event} event Esc: the address closes the dialog, not the browser. */
function leave(event) {
  event.preventDefault();
  close();
}

/** @param {KeyboardEvent} event */
function turn(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step || isWriting(event.target) || event.altKey || event.ctrlKey || event.metaKey || openId.value === null) return;
  const forward = getComputedStyle(document.body).direction === "rtl" ? -step : step;
  const next = neighbourOf(openId.value, forward);
  if (next) open(next);
}

/**
 * Whether a key belongs to a field, a player or something else that takes arrows.
 * @param {EventTarget | null} target
 */
function isWriting(target) {
  return target instanceof Element && target.closest("input, textarea, select, video, audio") !== null;
}

/**
 * @param {string} id
 * @param {number} step
 * @returns {string | undefined}
 */
function neighbourOf(id, step) {
  const at = order.value.indexOf(id);
  return at < 0 ? undefined : order.value[at + step];
}
