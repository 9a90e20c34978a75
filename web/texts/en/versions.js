/** An asset's versions. */

import { number } from "../../wording/format.js";

export const compare = "What has changed";
export const diverged =
  "Newer versions have come since this branch began. Make the branch the newest version all the same?";
export const fileInput = "File of a new version";
export const merge = "Make it the newest version";
export const nothing = "nothing";
export const picture = "What has changed, marked in the picture";
export const publish = "Publish";
export const published = "Published";
export const replace = "Replace";
export const replaceHint = "Another file takes its place; this one stays as a version.";
export const rollBack = "Roll back to it";
export const same = "Nothing has changed.";
export const title = "Versions";
export const unpublish = "Unpublish";

/** @param {number} count */
export function version(count) {
  return `Version ${count}`;
}

/** @param {number} ratio From 0 to 1. */
export function share(ratio) {
  return `${number(ratio * 100, 1)} % of the picture has changed.`;
}

/** @param {string} branch */
export function onBranch(branch) {
  return `On the branch “${branch}”`;
}
