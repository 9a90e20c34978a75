/** Collections: ordered lists of assets, to find, fetch and share as one. */

import { counted } from "./common.js";

export const add = "Add to a collection";
export const addNow = "Add";
export const back = "Collections";
export const cancel = "Cancel";
export const create = "Make a collection";
export const description = "Description";
export const down = "Move down";
export const empty = "There is nothing in it yet. Choose assets in the library, and add them.";
export const lead = "Lists of assets in an order, to find, fetch and share as one.";
export const missing = "There is no such collection, or you may not see it.";
export const describe = "Name and description";
export const name = "Name";
export const newOne = "New collection";
export const none = "There are no collections yet.";
export const remove = "Take out";
export const removeAll = "Delete the collection";
export const removed = "The collection is deleted; its assets stay.";
export const save = "Save";
export const title = "Collections";
export const toOne = "Collection";
export const up = "Move up";
export const zip = "Download as a zip";
export const zipFailed = "The zip could not be made.";

/** @param {number} count */
export function assets(count) {
  return counted(count, "asset", "assets");
}

/** @param {number} count @param {string} name */
export function added(count, name) {
  return `${assets(count)} added to “${name}”`;
}

/** @param {number} percent */
export function zipAt(percent) {
  return `Making the zip: ${percent} %`;
}
