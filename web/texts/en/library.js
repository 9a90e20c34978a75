/** The library: its grid and list, how it is narrowed, and what is done with what is chosen. */

import { counted } from "./common.js";

export const anyKind = "Every kind";
export const anyStatus = "Every status";
export const assets = "Assets";
export const chooseAll = "Choose all shown";
export const chooseNone = "Choose none";
export const chosen = "Chosen";
export const chosenAssets = "Chosen assets";
export const clear = "Show everything";
export const download = "Download";
export const failed = "The library could not be loaded.";
export const filters = "Narrow the library";
export const kind = "Kind";
export const list = "List";
export const loading = "Loading the library";
export const mine = "Mine";
export const more = "More filters";
export const moveToTrash = "Delete";
export const newest = "Newest first";
export const nothing = "Nothing is published yet.";
export const nothingFits = "Nothing fits.";
export const nothingTrashed = "The trash is empty.";
export const oldest = "Oldest first";
export const order = "Order";
export const restore = "Restore";
export const search = "Search";
export const status = "Status";
export const tag = "Tag";
export const title = "Library";
export const trash = "Trash";
export const untitled = "…";
export const uploader = "Uploader’s address";

export const categoryExample = "menus/summer";

export const moreNames = {
  category: "Category",
  created_after: "Uploaded from",
  created_before: "Uploaded until",
  min_size_bytes: "From size, MB",
  max_size_bytes: "To size, MB",
};

/** @type {Record<string, string>} */
export const kinds = {
  image: "Pictures",
  video: "Films",
  audio: "Sound",
  document: "Documents",
  other: "Other",
};

/** @param {string} title */
export function choose(title) {
  return `Choose ${title}`;
}

/** @param {number} count */
export function chosenCount(count) {
  return `${counted(count, "asset", "assets")} chosen`;
}

/** @param {string} title */
export function noBytes(title) {
  return `“${title}”: there is nothing to download.`;
}
