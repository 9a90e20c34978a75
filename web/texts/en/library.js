/** The library: its grid and list, how it is narrowed, and what is done with what is chosen. */

import { counted } from "./common.js";

/** @type {[string, string][]} Orders of the library, as `sort` and `order` of the address. */
export const orders = [
  ["created_at desc", "Newest first"],
  ["created_at asc", "Oldest first"],
  ["updated_at desc", "Changed last first"],
  ["title asc", "By title"],
  ["size_bytes desc", "Largest first"],
  ["size_bytes asc", "Smallest first"],
];
export const bestFirst = "Best first";

export const anyKind = "Every kind";
export const anyStatus = "Every status";
export const addTags = "Add";
export const assets = "Assets";
export const cancel = "Cancel";
export const chooseAll = "Choose all shown";
export const chooseNone = "Choose none";
export const chosen = "Chosen";
export const chosenAssets = "Chosen assets";
export const clear = "Show everything";
export const descriptions = "Descriptions as a table";
export const download = "Download";
export const failed = "The library could not be loaded.";
export const filters = "Narrow the library";
export const kind = "Kind";
export const list = "List";
export const loading = "Loading the library";
export const mine = "Mine";
export const more = "More filters";
export const moveToTrash = "Delete";
export const nothing = "Nothing is published yet.";
export const nothingFits = "Nothing fits.";
export const nothingTrashed = "The trash is empty.";
export const nothingTrashedFits = "Nothing in the trash fits.";
export const order = "Order";
export const removeTags = "Remove";
export const restore = "Restore";
export const search = "Search";
export const searchFor = "Search by words";
export const searchExample = "Title, tag, text …";
export const facets = "What is there";
export const facetsFailed = "The counts could not be had.";
export const fewerWords = "Try fewer words, or other ones.";
export const fewerFilters = "Or look for the words alone.";
export const onlyWords = "Search for the words alone";
export const noFacets = "Nothing.";
export const approximate = "There are too many tags or categories to list: the rarest are left out.";
export const tags = "Tags";
export const tagsToType = "Tags, with commas between";
export const tagsExample = "summer, menu";

/** @type {Record<string, string>} */
export const facetNames = { kind: "Kind", status: "Status", category: "Category", tag: "Tag" };
export const status = "Status";
export const tag = "Tag";
export const fewer = "Show fewer";
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
  link: "Links",
  other: "Other",
};

/** @param {number} count */
export function moreOf(count) {
  return `Show ${counted(count, "more", "more")}`;
}

/** @param {string} words */
export function similar(words) {
  return `Nothing fits “${words}” as it is written. This is similar:`;
}

/** @param {string} words */
export function nothingFor(words) {
  return `Nothing fits “${words}”.`;
}

/** @param {string} words */
export function nothingTrashedFor(words) {
  return `Nothing in the trash fits “${words}”.`;
}

/** @param {string} title */
export function choose(title) {
  return `Choose ${title}`;
}

/** @param {number} count */
export function count(count) {
  return counted(count, "asset", "assets");
}

/** @param {number} count */
export function moreThan(count) {
  return `More than ${counted(count, "asset", "assets")}`;
}

/** @param {number} days */
export function retention(days) {
  return `What is here is deleted for good ${counted(days, "day", "days")} after it came here.`;
}

/** @param {string} when Such as: in 3 days. */
export function purged(when) {
  return `Deleted for good ${when}`;
}

/** @param {number} count */
export function chosenCount(count) {
  return `${counted(count, "asset", "assets")} chosen`;
}

/** @param {string} title */
export function noBytes(title) {
  return `“${title}”: there is nothing to download.`;
}
