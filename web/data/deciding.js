/** Reviews that are chosen in the inbox, to approve all of them at once: that needs no comment. */

import { wordsOf } from "../api.js";
import { memberId } from "../session.js";
import { inbox as t } from "../texts.js";
import { signal } from "../vendor/preact.js";
import { entries, loadInbox } from "./inbox.js";
import { decide, loadReview, waitsFor } from "./reviews.js";

/** @typedef {import("../types.js").Workflow} Workflow */

/**
 * The chosen reviews as they were when they were chosen: a step that opens later is not decided
 * unseen.
 */
export const chosen = signal(/** @type {ReadonlyMap<string, Promise<Workflow>>} */ (new Map()));

/** What could not be approved, and why. */
export const refused = signal(/** @type {string[]} */ ([]));

/**
 * Choose a review, or let it go.
 * @param {string} id
 */
export function toggleReview(id) {
  const next = new Map(chosen.value);
  if (!next.delete(id)) {
    const loading = loadReview(id);
    loading.catch(() => {}); // said when it is to be decided
    next.set(id, loading);
  }
  chosen.value = next;
}

/** Choose nothing. */
export function chooseNoReview() {
  chosen.value = new Map();
  refused.value = [];
}

/**
 * Approve what is chosen, one after the other.
 * @returns {Promise<number>} How many were.
 */
export async function approveChosen() {
  refused.value = [];
  let approved = 0;
  for (const [id, loading] of chosen.value) {
    try {
      const workflow = await loading;
      if (waitsFor(workflow, memberId)) {
        await decide(workflow, "approve", "");
        approved += 1;
      } else refuse(id, t.noMore);
    } catch (error) {
      refuse(id, wordsOf(error));
    }
    letGo(id);
  }
  await loadInbox();
  return approved;
}

/** @param {string} id @param {string} why */
function refuse(id, why) {
  refused.value = [...refused.value, t.notApproved(titleOf(id), why)];
}

/** @param {string} id */
function letGo(id) {
  const next = new Map(chosen.value);
  next.delete(id);
  chosen.value = next;
}

/** @param {string} id */
function titleOf(id) {
  return entries.value.find((entry) => entry.workflow_id === id)?.title ?? "";
}
