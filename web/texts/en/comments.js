/** What members say of an asset. */

import { counted } from "./common.js";

export const answer = "Answer";
export const answerLabel = "Your answer";
export const cancel = "Cancel";
export const deleted = "Deleted by its author";
export const edited = "edited";
export const failed = "The comments could not be loaded.";
export const fresh = "New";
export const hint = "All who may see the asset read it. @ and an address, such as @ann@example.com, tells a member.";
export const none = "Nobody has commented yet.";
export const remove = "Delete";
export const reopen = "Reopen";
export const resolve = "Resolve";
export const resolved = "Resolved";
export const send = "Send";
export const title = "Comments";
export const write = "Your comment";

/** @param {string} deed @param {string} author */
export function of(deed, author) {
  return `${deed}: comment of ${author}`;
}

/** @param {number} count */
export function newCount(count) {
  return counted(count, "new comment", "new comments");
}
