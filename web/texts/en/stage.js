/** An asset at large: what plays, moves, is zoomed or read. */

import { number } from "../../wording/format.js";

export const fit = "Fit";
export const full = "Full size";
export const leaveZoom = "Leave full size";
export const move = "Play the animation";
export const pages = "Pages";
export const play = "Play";
export const table = "Table";
export const text = "Text";
export const zoom = "Full size";

/** @param {number} number @param {number} count */
export function page(number, count) {
  return `Page ${number} of ${count}`;
}

/** @param {string} title */
export function zoomed(title) {
  return `${title} at full size`;
}

/** @param {number} count */
export function pagesLeftOut(count) {
  return `${count === 1 ? "One more page is" : `${count} more pages are`} in the file: download it.`;
}

/** @param {number} shown */
export function rowsLeftOut(shown) {
  return `Here are the first ${number(shown)} rows; the others are in the file.`;
}
