/** Reviews: their state, steps and history, and the decision. */

/** @type {Record<string, string>} */
export const statuses = {
  in_progress: "Waiting for a decision",
  approved: "Approved",
  auto_approved: "Approved by itself",
  rejected: "Rejected",
  changes_requested: "Changes wanted",
  expired: "Not decided in time",
  cancelled: "Cancelled",
};

/** @type {Record<string, string>} */
export const stepStatuses = {
  pending: "Not begun",
  active: "Waiting",
  escalated: "Escalated",
  approved: "Approved",
  rejected: "Rejected",
  expired: "Not decided in time",
};

export const changesWanted = "Changes wanted";
export const notDecided = "Not decided";

/** What somebody has done in a step. @type {Record<string, string>} */
export const parts = {
  approved: "approved",
  rejected: "rejected",
  changes_requested: "wants changes",
  delegated: "handed it on",
  dropped_out: "may not decide any more",
};

/** What somebody did, to follow their name. @type {Record<string, string>} */
export const deeds = {
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

/** Why the API did not take a decision. @type {Record<string, string>} */
export const refusals = {
  workflow_closed: "This review is over, so your decision does not count any more.",
  not_an_approver: "You are not asked in this step, or not any more.",
  forbidden: "Only whoever uploaded it and admins can cancel a review.",
};

/** Why Reef itself called a review off. @type {Record<string, string>} */
export const causes = {
  superseded: "a newer version has taken its place",
  republished: "another version was published, for which it begins anew",
  asset_trashed: "the asset is in the trash",
  asset_purged: "the asset has been deleted",
  rights_ended: "the rights to show the asset have ended",
  moderation: "a moderator has rejected the asset",
  moderation_rule: "a moderation rule does not let it through",
  content_rejected: "a moderator has rejected a file with the same bytes",
};

export const alreadyDecided = "This step has been decided already.";
export const approve = "Approve";
export const back = "Inbox";
export const cancel = "Cancel the review";
export const cancelFold = "Cancel this review";
export const cancelHint = "Nobody has to decide it then, and this version is not approved.";
export const cancelWhy = "Why (optional)";
export const cancelled = "You have cancelled the review.";
export const changeTitle = "What has changed";
export const comment = "Comment";
export const commentHint = "Needed to request changes or to reject: the uploader reads it.";
export const delegate = "Delegate";
export const delegateFold = "Hand it to somebody else";
export const delegateHint = "They decide in your place; your comment above goes along.";
export const delegateTo = "Their e-mail address";
export const hidden =
  "The file is shown to those who are asked, and to those who see unpublished versions.";
export const history = "History";
export const reject = "Reject";
export const requestChanges = "Request changes";
export const steps = "Steps";
export const title = "Review";
export const proposedTitle = "What is to be changed";
export const you = "You";

/** What is said once a decision is taken. */
export const done = {
  approve: "You have approved it.",
  request_changes: "You have asked for changes; the uploader is told.",
  reject: "You have rejected it; the uploader is told.",
};

/** What is asked for before a decision. @type {Record<string, string>} */
export const needed = {
  request_changes: "Say what should change before you ask for it.",
  reject: "Say what is wrong before you reject it.",
};

/** Why somebody has nothing to decide. */
export const idle = {
  approved: "You have approved this step; others have yet to decide.",
  delegated: "You have handed your decision on.",
  own: "You uploaded this, so others decide it.",
  others: "This step waits for others, not for you.",
};

/** @param {string} cause */
export function calledOff(cause) {
  return `Called off, because ${cause}.`;
}

/** @param {string} state Another one than causes name. */
export function otherState(state) {
  return `its state is now “${state}”`;
}

/** @param {string} to */
export function delegatedTo(to) {
  return `handed the decision to ${to}`;
}

/** @param {string} to */
export function delegateDone(to) {
  return `You have handed the decision to ${to}.`;
}

/** @param {string} who */
export function droppedOut(who) {
  return `took ${who} out: they may not decide any more`;
}

/** @param {string} why */
export function escalated(why) {
  return `escalated the step, because ${why}`;
}

/** @param {string} why */
export function expired(why) {
  return `closed the review, because ${why}`;
}

/** @param {string} why */
export function calledOffDeed(why) {
  return `called the review off, because ${why}`;
}

/** @param {string} who @param {string} deed @param {string} when */
export function decidedBefore(who, deed, when) {
  return `This step was decided before you: ${who} ${deed}, ${when}.`;
}

/** @param {string} name */
export function tab(name) {
  return `Review of ${name}`;
}

/** @param {number} version @param {unknown} uploader */
export function lead(version, uploader) {
  return [`Version ${version}, uploaded by `, uploader];
}

/** @param {number} place @param {number} count @param {unknown} name */
export function stepOf(place, count, name) {
  return [`Step ${place} of ${count}: `, name];
}

/** @param {number} count */
export function andMore(count) {
  return `and ${count} more`;
}

/** @param {string} title */
export function next(title) {
  return `Next: ${title}`;
}

/** @param {string} email */
export function missing(email) {
  return `There is no such review, or you may not see it. You are signed in as ${email}.`;
}
