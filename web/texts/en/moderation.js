/** Moderation: what was flagged, and the rules that flag by themselves. */

import { bytes, number } from "../../wording/format.js";
import { counted } from "./common.js";
import { reasons } from "./flags.js";

export const about = "What is done";
export const action = "What it does";
export const active = "On";
export const addCondition = "Add a condition";
export const chooseTemplate = "Choose a template";
export const comment = "Comment (optional): the uploader reads it";
export const create = "Make the rule";
export const decisionsHint =
  "Dismissing leaves everything as it is. Rejecting takes the asset from viewers, links and screens. " +
  "Approving lets go on what a rule or an earlier rejection stopped.";
export const field = "What is looked at";
export const fieldName = "Name of the field";
export const flags = "Flagged";
export const isActive = "The rule is heeded";
export const lead = "What people reported, and what rules found.";
export const matchesHint = "A regular expression; capital and small letters differ.";
export const megabytes = "Size in MB";
export const missing = "There is no such rule any more.";
export const name = "Name";
export const nameHint = "Whoever is stopped by it reads it.";
export const newRule = "New rule";
export const noneOpen = "Nothing waits for a moderator.";
export const noneResolved = "Nothing has been decided yet.";
export const noRules = "There are no rules yet.";
export const off = "Off";
export const op = "Comparison";
export const reef = "Reef";
export const remove = "Delete the rule";
export const removeSure = "Delete this rule? What it flagged and stopped stays so.";
export const rule = "Moderation rule";
export const rules = "Moderation rules";
export const rulesLead =
  "What is looked for in everything that becomes ready from now on, and in what is said of it.";
export const save = "Save";
export const switchOff = "Switch off";
export const switchOn = "Switch on";
export const takeOut = "Take out";
export const template = "Review template";
export const templateNeeded = "Choose the template by which it is reviewed.";
export const templateStays = "The template that an admin has chosen for it stays.";
export const unknownAsset = "An asset";
export const unsaved = "There are unsaved changes.";
export const value = "Value";
export const when = "When all of this holds";

/** @type {[string, string][]} */
export const statuses = [
  ["open", "Not decided"],
  ["resolved", "Decided"],
];

/** @type {Record<string, string>} */
export const actions = {
  flag: "Tell the moderators",
  block: "Stop it, and tell the moderators",
  require_template: "Have it reviewed",
};

/** @type {Record<string, string>} */
export const fields = {
  title: "Title",
  description: "Description",
  tags: "Tags",
  keywords: "Keywords",
  category: "Category",
  filename: "File name",
  extension: "Ending of the file name",
  text: "Text of the document",
  kind: "Kind (image, video …)",
  content_type: "Type of file",
  size_bytes: "Size",
  uploaded_by: "Address of the uploader",
  custom_fields: "Any field of your own",
  custom: "A field of your own",
  embedded: "What is embedded in the file",
};

/** @type {Record<string, string>} */
export const fieldNameHints = {
  custom: "Such as season.",
  embedded: "Such as Make. Empty: anything that is embedded.",
};

/** @type {Record<string, string>} */
export const ops = {
  contains: "contains",
  equals: "is",
  matches: "fits the pattern",
  greater_than: "is greater than",
};

/** What a moderator can decide, and what that means.
 * @type {["dismiss" | "reject_asset" | "approve_asset", string, string][]} */
export const decisions = [
  ["dismiss", "Dismiss", "It stays as it is."],
  ["approve_asset", "Approve the asset", "What was stopped goes on."],
  ["reject_asset", "Reject the asset", "It is taken from viewers, links and screens."],
];

/** @type {Record<string, string>} */
export const resolutions = {
  dismiss: "Dismissed",
  reject_asset: "Rejected",
  approve_asset: "Approved",
};

/** What is said once it is decided. @type {Record<string, (title: string) => string>} */
export const decided = {
  dismiss: (title) => `“${title}” stays as it is.`,
  reject_asset: (title) => `“${title}” is rejected.`,
  approve_asset: (title) => `“${title}” is approved.`,
};

/** @param {string} reason */
export function reasonWords(reason) {
  return reasons[reason] ?? (reason === "rule" ? rule : reason.replaceAll("_", " "));
}

/** @param {number} version */
export function versionIs(version) {
  return `Version ${number(version)}`;
}

/** @param {number} count */
export function moreReports(count) {
  return `and ${counted(count, "more report", "more reports")}`;
}

/** @param {string} title */
export function decide(title) {
  return `What becomes of ${title}`;
}

/** @param {number} place */
export function conditionNumber(place) {
  return `Condition ${place}`;
}

/** @param {{ field: string, op: string, value: string | number }} condition */
export function conditionWords({ field: name, op: comparison, value: wanted }) {
  const [first, ...rest] = name.split(".");
  const what = rest.length > 0 ? `${fields[first] ?? first} “${rest.join(".")}”` : (fields[name] ?? name);
  const size = name === "size_bytes" && typeof wanted === "number";
  return `${what} ${ops[comparison] ?? comparison} “${size ? bytes(wanted) : wanted}”`;
}

/** @param {string} name @param {boolean} isActive */
export function turnOf(name, isActive) {
  return `${isActive ? switchOff : switchOn}: ${name}`;
}

/** @param {string} name */
export function saved(name) {
  return `“${name}” is saved.`;
}

/** @param {string} name */
export function removed(name) {
  return `“${name}” is deleted.`;
}

/** @param {string} name */
export function switchedOn(name) {
  return `“${name}” is heeded from now on.`;
}

/** @param {string} name */
export function switchedOff(name) {
  return `“${name}” is heeded no more.`;
}
