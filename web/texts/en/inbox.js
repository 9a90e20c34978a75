/** What waits for a member, and what they were told. */

import { counted } from "./common.js";

export const approveAll = "Approve them";
export const choose = "Choose what you are mailed";
export const chooseNone = "Choose none";
export const chosen = "Chosen reviews";
export const earlier = "Earlier";
export const failed = "The inbox could not be loaded.";
export const noMore = "it waits for you no more.";
export const nothing = "Nothing waits for your decision.";
export const over = " · waits for you no more";
export const sections = "Reviews and moderation";
export const title = "Inbox";
export const toDecide = "To decide";

/**
 * @template T
 * @param {T} moment
 * @param {string} left
 */
export function decideBy(moment, left) {
  return ["Decide by ", moment, ` (${left})`];
}

/** @param {string} title */
export function chooseEntry(title) {
  return `Choose ${title}`;
}

/** @param {number} count */
export function chosenCount(count) {
  return `${counted(count, "review", "reviews")} chosen`;
}

/** @param {number} count */
export function approved(count) {
  return `You have approved ${counted(count, "review", "reviews")}.`;
}

/** @param {string} title @param {string} why */
export function notApproved(title, why) {
  return `“${title}”: ${why}`;
}

/** @param {unknown} who */
export function uploadedBy(who) {
  return ["Uploaded by ", who];
}
