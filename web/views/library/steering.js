/** Moving through a grid of cards by the keyboard, whatever its columns and reading direction. */

import { signal } from "../../vendor/preact.js";

/** The asset whose card is to have the keyboard next; empty when that is done. */
export const focusWanted = signal("");

/** Let the keyboard go on at the page's content, where what had it is gone. */
export function focusContent() {
  document.getElementById("content")?.focus({ preventScroll: true });
}

/**
 * The number of the card that a key leads to.
 * @param {KeyboardEvent} event
 * @param {number} at The card in focus; negative for none.
 * @param {number} count How many cards there are.
 * @param {number} columns
 * @returns {number} Negative where it leads nowhere.
 */
export function targetOf(event, at, count, columns) {
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return -1;
  const forward = getComputedStyle(document.body).direction === "rtl" ? -1 : 1;
  const target = { ...stepsFrom(at, columns, forward), Home: 0, End: count - 1 }[event.key] ?? -1;
  return target < count ? target : -1;
}

/**
 * @param {number} at
 * @param {number} columns
 * @param {number} forward
 * @returns {Record<string, number>}
 */
function stepsFrom(at, columns, forward) {
  return {
    ArrowRight: at + forward,
    ArrowLeft: at - forward,
    ArrowDown: at + columns,
    ArrowUp: at - columns,
  };
}

/**
 * The link of an asset's card, if it is in the page.
 * @param {string} id
 * @returns {HTMLElement | null}
 */
export function cardOf(id) {
  return document.querySelector(`a[data-asset="${CSS.escape(id)}"]`);
}

/**
 * The link of the card at which Tab stops.
 * @returns {HTMLElement | null}
 */
export function reachableCard() {
  return document.querySelector('a[data-asset][tabindex="0"]');
}
