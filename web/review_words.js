/** What reviews, their steps, their history and refusals are called on the page. */

import { Problem, wordsOf } from "./api.js";
import { moment } from "./format.js";

/** @typedef {import("./types.js").Workflow} Workflow */
/** @typedef {import("./types.js").HistoryEntry} Entry */

/** @type {Record<string, { tone: string, icon: string, words: string }>} */
const STATUSES = {
  in_progress: { tone: "waiting", icon: "clock", words: "Waiting for a decision" },
  approved: { tone: "approved", icon: "check", words: "Approved" },
  auto_approved: { tone: "approved", icon: "check", words: "Approved by itself" },
  rejected: { tone: "rejected", icon: "alert", words: "Rejected" },
  changes_requested: { tone: "rejected", icon: "alert", words: "Changes wanted" },
  expired: { tone: "rejected", icon: "clock", words: "Not decided in time" },
  cancelled: { tone: "closed", icon: "close", words: "Cancelled" },
};

/** Why Reef itself called a review off. @type {Record<string, string>} */
const CALLED_OFF = {
  superseded: "a newer version has taken its place",
  asset_trashed: "the asset is in the trash",
  asset_purged: "the asset has been deleted",
  rights_ended: "the rights to show the asset have ended",
};

/** @type {Record<string, string>} */
const STEPS = {
  pending: "Not begun",
  active: "Waiting",
  escalated: "Escalated",
  approved: "Approved",
  rejected: "Rejected",
  expired: "Not decided in time",
};

/** @type {Record<string, string>} */
const PARTS = {
  approved: "approved",
  rejected: "rejected",
  changes_requested: "wants changes",
  delegated: "handed it on",
  dropped_out: "may not decide any more",
};

/** @type {Record<string, string>} */
const DEEDS = {
  started: "started the review",
  step_opened: "asked the approvers of the step",
  reminded: "reminded those who have not decided",
  approved: "approved it",
  rejected: "rejected it",
  changes_requested: "asked for changes",
  completed: "closed the review: approved",
  auto_approved: "approved it by itself",
  cancelled: "cancelled the review",
};

/** @type {Record<string, string>} */
const REFUSALS = {
  workflow_closed: "This review is over, so your decision does not count any more.",
  not_an_approver: "You are not asked in this step, or not any more.",
  forbidden: "Only whoever uploaded it and admins can cancel a review.",
};

/** @param {Workflow} workflow */
export function reviewStatus(workflow) {
  return STATUSES[workflow.status] ?? { tone: "closed", icon: "clock", words: workflow.status };
}

/**
 * Why a review was called off, as a sentence; empty when somebody did it, or it was not.
 * @param {Workflow} workflow
 */
export function calledOffWords({ status, status_reason }) {
  if (status !== "cancelled" || !status_reason || status_reason === "cancelled") return "";
  return `Called off, because ${causeWords(status_reason)}.`;
}

/**
 * @param {Workflow} workflow
 * @param {import("./types.js").Step} step
 */
export function stepWords(workflow, step) {
  const { status } = workflow;
  if (status === "changes_requested" && step.status === "rejected") return "Changes wanted";
  if (status !== "in_progress" && step.status === "pending") return "Not decided";
  return STEPS[step.status];
}

/**
 * What somebody has done in a step; empty when they have yet to decide.
 * @param {import("./types.js").Assignment} assignment
 */
export function partWords({ status }) {
  return PARTS[status] ?? "";
}

/**
 * What happened, to follow the name of who did it, and what they wrote about it.
 * @param {Entry} entry
 * @returns {{ deed: string, comment: string }}
 */
export function deedWords({ action, actor, comment }) {
  switch (action) {
    case "delegated": {
      const [to, ...said] = comment.replace(/^to /, "").split(": ");
      return { deed: `handed the decision to ${to}`, comment: said.join(": ") };
    }
    case "dropped_out":
      return { deed: `took ${comment} out: they may not decide any more`, comment: "" };
    case "escalated":
      return { deed: `escalated the step, because ${comment}`, comment: "" };
    case "expired":
      return { deed: `closed the review, because ${comment}`, comment: "" };
    case "cancelled":
      if (actor.email) break;
      return { deed: `called the review off, because ${causeWords(comment)}`, comment: "" };
  }
  return { deed: DEEDS[action] ?? action.replaceAll("_", " "), comment };
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
  if (error.code !== "already_decided") return REFUSALS[error.code] ?? error.message;
  const first = workflow.history.findLast(
    (entry) => entry.step_id === stepId && entry.actor.email && DEEDS[entry.action],
  );
  if (!first) return "This step has been decided already.";
  const { deed } = deedWords(first);
  return `This step was decided before you: ${actorWords(first)} ${deed}, ${moment(first.at)}.`;
}

/** @param {string} reason */
function causeWords(reason) {
  return CALLED_OFF[reason] ?? `its state is now “${reason.replace(/^version_/, "")}”`;
}
