/** What to say of reviews, their steps, their history and refusals. */

import { Problem, wordsOf } from "../api.js";
import { reviews as t } from "../texts.js";
import { moment } from "./format.js";

/** @typedef {import("../types.js").Workflow} Workflow */
/** @typedef {import("../types.js").HistoryEntry} Entry */

/** @type {Record<string, { tone: string, icon: string }>} */
const MARKS = {
  in_progress: { tone: "waiting", icon: "clock" },
  approved: { tone: "approved", icon: "check" },
  auto_approved: { tone: "approved", icon: "check" },
  rejected: { tone: "rejected", icon: "alert" },
  changes_requested: { tone: "rejected", icon: "alert" },
  expired: { tone: "rejected", icon: "clock" },
  cancelled: { tone: "closed", icon: "close" },
};

/** @param {Workflow} workflow */
export function reviewStatus({ status }) {
  const mark = MARKS[status] ?? { tone: "closed", icon: "clock" };
  return { ...mark, words: t.statuses[status] ?? status };
}

/**
 * Why a review was called off, as a sentence; empty when somebody did it, or it was not.
 * @param {Workflow} workflow
 */
export function calledOffWords({ status, status_reason }) {
  if (status !== "cancelled" || !status_reason || status_reason === "cancelled") return "";
  return t.calledOff(causeWords(status_reason));
}

/**
 * @param {Workflow} workflow
 * @param {import("../types.js").Step} step
 */
export function stepWords(workflow, step) {
  const { status } = workflow;
  if (status === "changes_requested" && step.status === "rejected") return t.changesWanted;
  if (status !== "in_progress" && step.status === "pending") return t.notDecided;
  return t.stepStatuses[step.status];
}

/**
 * What somebody has done in a step; empty when they have yet to decide.
 * @param {import("../types.js").Assignment} assignment
 */
export function partWords({ status }) {
  return t.parts[status] ?? "";
}

/**
 * What happened, to follow the name of who did it, and what they wrote about it.
 * @param {Entry} entry
 * @returns {{ deed: string, comment: string }}
 */
export function deedWords({ action, actor, comment, delegation }) {
  if (delegation) return { deed: t.delegatedTo(delegation.to.email), comment: delegation.comment };
  switch (action) {
    case "dropped_out":
      return { deed: t.droppedOut(comment), comment: "" };
    case "escalated":
      return { deed: t.escalated(comment), comment: "" };
    case "expired":
      return { deed: t.expired(comment), comment: "" };
    case "cancelled":
      if (actor.email) break;
      return { deed: t.calledOffDeed(causeWords(comment)), comment: "" };
  }
  return { deed: t.deeds[action] ?? action.replaceAll("_", " "), comment };
}

/**
 * Who did something: Reef, where nobody did.
 * @param {Entry} entry
 */
export function actorWords({ actor }) {
  return actor.email || "Reef";
}

/**
 * Why the API did not take a decision; of one that came too late, who was faster and when.
 * @param {unknown} error
 * @param {Workflow} workflow As it is now.
 * @param {string | null} stepId The step that was to be decided.
 */
export function refusalWords(error, workflow, stepId) {
  if (!(error instanceof Problem)) return wordsOf(error);
  if (error.code !== "already_decided") return t.refusals[error.code] ?? error.message;
  const first = workflow.history.findLast(
    (entry) => entry.step_id === stepId && entry.actor.email && t.deeds[entry.action],
  );
  if (!first) return t.alreadyDecided;
  return t.decidedBefore(actorWords(first), deedWords(first).deed, moment(first.at));
}

/** @param {string} reason */
function causeWords(reason) {
  return t.causes[reason] ?? t.otherState(reason.replace(/^version_/, ""));
}
