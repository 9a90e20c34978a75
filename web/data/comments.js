/** What members say of an asset, in threads. */

import { call } from "../api.js";
import { everyOf } from "./pages.js";

/** @typedef {import("../types.js").Comment} Comment */

/**
 * All comments on an asset, the oldest first.
 * @param {string} assetId
 * @returns {Promise<Comment[]>}
 */
export function loadComments(assetId) {
  return everyOf(pathOf(assetId));
}

/**
 * @param {string} assetId
 * @param {string} body
 * @param {string | undefined} parentId The comment that it answers.
 * @param {string} key By which the same comment is kept once, however often it is sent.
 * @returns {Promise<Comment>}
 */
export function addComment(assetId, body, parentId, key) {
  return call("POST", pathOf(assetId), { body: { body, parent_id: parentId }, key });
}

/** @param {string} assetId @param {string} id */
export function deleteComment(assetId, id) {
  return call("DELETE", `${pathOf(assetId)}${id}/`);
}

/**
 * Resolve a comment, or open it again.
 * @param {string} assetId
 * @param {string} id
 * @param {boolean} resolved
 * @returns {Promise<Comment>}
 */
export function resolveComment(assetId, id, resolved) {
  return call("POST", `${pathOf(assetId)}${id}/${resolved ? "resolve" : "reopen"}/`);
}

/**
 * Count the comments of others that whoever is signed in has not read.
 * @param {string} assetId
 * @returns {Promise<number>}
 */
export async function countUnread(assetId) {
  return (await call("GET", `${pathOf(assetId)}unread/`)).unread;
}

/** The counts of one look at the inbox, by asset. @type {Map<string, Promise<number>>} */
const counts = new Map();

/**
 * Count them as `countUnread`, once for all who ask at a look at the inbox.
 * @param {string} assetId
 */
export function unreadOnce(assetId) {
  const known = counts.get(assetId) ?? countUnread(assetId);
  counts.set(assetId, known);
  return known;
}

/** Count anew from now on. */
export function forgetUnread() {
  counts.clear();
}

/**
 * Note that all comments up to one have been read.
 * @param {string} assetId
 * @param {string} id
 */
export function markRead(assetId, id) {
  return call("POST", `${pathOf(assetId)}read/`, { body: { comment_id: id } });
}

/**
 * The comments that are new to a member: the last ones of others.
 * @param {Comment[]} comments The oldest first.
 * @param {string} memberId
 * @param {number} count
 * @returns {Set<string>} Their ids.
 */
export function newestOf(comments, memberId, count) {
  const others = comments.filter((one) => !one.deleted && one.author.id !== memberId);
  return new Set(count > 0 ? others.slice(-count).map((one) => one.id) : []);
}

/**
 * The threads of comments: each with its beginning and the answers to it, the oldest first.
 * @param {Comment[]} comments
 * @returns {{ first: Comment, answers: Comment[] }[]}
 */
export function threadsOf(comments) {
  /** @type {Map<string, { first: Comment, answers: Comment[] }>} */
  const threads = new Map();
  for (const comment of comments) {
    const thread = comment.parent_id ? threads.get(comment.parent_id) : undefined;
    if (thread) thread.answers.push(comment);
    // An answer to an answer belongs into the same thread.
    threads.set(comment.id, thread ?? { first: comment, answers: [] });
  }
  return [...new Set(threads.values())];
}

/** @param {string} assetId */
function pathOf(assetId) {
  return `assets/${encodeURIComponent(assetId)}/comments/`;
}
