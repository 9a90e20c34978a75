/** Playlists: what screens show, in which order, and when. */

import { number } from "../../wording/format.js";
import { counted } from "./common.js";

export const add = "Add";
export const addAsset = "Add an asset";
export const addLink = "Add a web page, a stream or a film on YouTube";
export const addRule = "Add by a rule";
export const address = "Address";
export const anyCollection = "Any";
export const back = "Playlists";
export const category = "In the category";
export const clearTimes = "Always";
export const collection = "Of the collection";
export const conflict = "Somebody else has changed this playlist. Saving again puts yours in its place.";
export const create = "Make a playlist";
export const days = "On these days";
export const down = "Move down";
export const drag = "Move: drag it, or press the arrow up or down";
export const duration = "Seconds";
export const durationHint = "10 unless said otherwise; films last as long as they do.";
export const empty = "There is nothing in it yet.";
export const end = "Until";
export const find = "Find";
export const from = "From (time of day)";
export const gone = "An asset that was deleted";
export const items = "What is shown, in this order";
export const kind = "What is there";
export const lead = "What screens show, in which order, and when.";
export const missing = "There is no such playlist any more.";
export const name = "Name";
export const newest = "At most so many, the newest";
export const newOne = "New playlist";
export const none = "There are no playlists yet.";
export const nothingFound = "Nothing that is published fits.";
export const noScreen = "No screen shows files of this type";
export const nowhere = "No screen plays it yet. Tick it on the page of a screen or a group.";
export const toGroups = "Groups";
export const toScreens = "Screens";
export const playedBy = "Played by";
export const priority = "Priority";
export const priorityHint = "Of several playlists of a screen, those with the highest hide the others while they have something to show.";
export const remove = "Take out";
export const removeAll = "Delete the playlist";
export const removeSure = "Delete it? Its screens go on without it.";
export const removed = "The playlist is deleted; its screens go on without it.";
export const ruleEmpty = "Say a tag, a category, a collection or a number.";
export const save = "Save";
export const saved = "Saved. Its screens follow within a minute.";
export const screens = "Screens";
export const search = "Words to find it by";
export const start = "Not before";
export const startHint = "Dates are in your own time zone; days and times of day are in that of each screen.";
export const tag = "With the tag";
export const title = "Playlists";
export const titleField = "Title";
export const to = "To (time of day)";
export const unsaved = "Not saved yet";
export const up = "Move up";
export const when = "Times";

/** @type {[string, string][]} */
export const linkTypes = [
  ["webpage", "A web page"],
  ["stream", "A stream"],
  ["youtube", "A film on YouTube"],
];

/** From Monday on. */
export const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** @param {number} count */
export function entries(count) {
  return counted(count, "entry", "entries");
}

/** @param {string} title */
export function taken(title) {
  return `“${title}” is in the playlist. Save it.`;
}

/** @param {number} priority */
export function ofPriority(priority) {
  return `priority ${number(priority)}`;
}

/** @param {number} place @param {number} count @param {string} name */
export function moved(place, count, name) {
  return `${name}: place ${place} of ${count}`;
}

/** @param {{ tag?: string, category?: string, newest?: number }} rule @param {string} collection */
export function ruleWords(rule, collection) {
  const parts = [];
  if (rule.tag) parts.push(`with the tag “${rule.tag}”`);
  if (rule.category) parts.push(`in “${rule.category}”`);
  if (collection) parts.push(`of the collection “${collection}”`);
  const which = rule.newest ? `The newest ${number(rule.newest)}` : "Everything published";
  return [which, ...parts].join(" ");
}

/** What cannot be read of a collection's name. */
export const aCollection = "…";

/** @param {number} seconds */
export function seconds(seconds) {
  return `${number(seconds)} s`;
}

/** @param {string} from @param {string} to */
export function between(from, to) {
  return `${from} to ${to}${to < from ? " the next day" : ""}`;
}

/** @param {string} when */
export function since(when) {
  return `from ${when}`;
}

/** @param {string} when */
export function until(when) {
  return `until ${when}`;
}

/** @param {string} group */
export function group(group) {
  return `the group “${group}”`;
}
