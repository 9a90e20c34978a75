/** Which assets of the library are chosen, to do something with all of them. */

import { computed, signal } from "../vendor/preact.js";
import { assetOf, order } from "./library.js";

/** The ids that are chosen. */
const chosen = signal(/** @type {ReadonlySet<string>} */ (new Set()));

/** The asset that was chosen last, from which a range begins. */
let anchor = "";

/** The chosen assets that are shown, in the library's order. */
export const selected = computed(() =>
  order.value
    .filter((id) => chosen.value.has(id))
    .map((id) => assetOf(id).value)
    .filter((asset) => asset !== null),
);

/** @param {string} id */
export function isSelected(id) {
  return chosen.value.has(id);
}

/**
 * Choose an asset, or let it go.
 * @param {string} id
 */
export function toggle(id) {
  const next = new Set(chosen.value);
  if (!next.delete(id)) next.add(id);
  anchor = id;
  chosen.value = next;
}

/**
 * Choose everything from the asset that was chosen last to this one.
 * @param {string} id
 */
export function extendTo(id) {
  const ids = order.value;
  const [from, to] = [ids.indexOf(anchor), ids.indexOf(id)].sort((one, other) => one - other);
  if (from < 0) return toggle(id);
  chosen.value = new Set([...chosen.value, ...ids.slice(from, to + 1)]);
}

/** Choose everything that is shown. */
export function selectAll() {
  chosen.value = new Set(order.value);
}

/** Choose nothing. */
export function clearSelection() {
  anchor = "";
  chosen.value = new Set();
}
