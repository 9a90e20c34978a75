/** What stands on several pages. */

import { number } from "../../wording/format.js";

export const close = "Close";
export const discard = "Discard";
export const download = "Download";
export const loading = "Loading…";
export const oneMoment = "One moment…";
export const retry = "Retry";
export const saved = "Saved";
export const showMore = "Show more";
export const tryAgain = "Try again";
export const trying = "Trying…";

/**
 * @param {number} count
 * @param {string} one
 * @param {string} several
 */
export function counted(count, one, several) {
  return `${number(count)} ${count === 1 ? one : several}`;
}

/** @param {number} count */
export function files(count) {
  return counted(count, "file", "files");
}
