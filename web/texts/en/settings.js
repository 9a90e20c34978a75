/** How members want to be told. */

export const lead = "The inbox shows everything, whatever you choose here.";
export const title = "Notifications";

/** Kind, its name, when it comes. @type {[string, string, string][]} */
export const kinds = [
  ["assignment", "Decisions that wait", "A review asks for your decision."],
  ["reminder", "Reminders", "Half of the time is over, and you have not decided."],
  ["escalation", "Escalations", "A decision comes to you, because others did not take it."],
  ["decision", "Decided uploads", "Your upload was approved, rejected or sent back."],
  ["mention", "Mentions", "Somebody names you in a comment: @ and your address."],
  ["quarantine", "Quarantined files", "The virus scan locked a file away that concerns you."],
  ["rights_ending", "Rights that end", "An upload of yours cannot be shown much longer."],
  ["screens", "Screens", "A screen fell silent, or took a change of yours back."],
  ["saved_search", "Saved searches", "A search that you saved finds something new."],
  ["webhooks", "Webhooks", "A webhook was switched off, because its receiver takes nothing."],
];

/** @type {["mail" | "digest" | "off", string][]} */
export const deliveries = [
  ["mail", "Mail at once"],
  ["digest", "Daily digest"],
  ["off", "No mail"],
];

/** @param {string} why */
export function notSaved(why) {
  return `This could not be saved. ${why}`;
}
