/** Review templates: who has to approve what. */

import { typeName } from "../../wording/assets.js";
import { number } from "../../wording/format.js";

export const about = "What it applies to";
export const active = "On";
export const addStep = "Add a step";
export const automatic = "Approved without a review";
export const automaticHint =
  "What fits all that is filled in here is approved by itself. Nothing filled in: everything is reviewed.";
export const category = "Category";
export const categoryHint = "It and everything below it, such as menus/summer. Empty: every category.";
export const create = "Make the template";
export const description = "Description";
export const down = "Move down";
export const escalateRoles = "Roles";
export const escalateUsers = "Addresses of members";
export const escalation = "Who decides when nobody did in time";
export const escalationHint = "They have the same time again. Empty: what follows is done at once.";
export const hours = "Hours to decide";
export const isActive = "Applies to new versions";
export const later = "Reviews under way go on as they began; changes concern later versions.";
export const lead = "Who has to approve a version before it is published, in which steps.";
export const missing = "There is no such template any more.";
export const name = "Name";
export const newOne = "New template";
export const none = "There are no templates: what is uploaded is published without a review.";
export const off = "Off";
export const one = "Review template";
export const onTimeout = "If nobody decides in the end";
export const remove = "Delete the template";
export const removeStep = "Take out";
export const removeSure = "Delete this template? Reviews under way go on as they began.";
export const requiresAll = "Everybody asked has to approve; otherwise the first decision holds";
export const roles = "Roles";
export const safeTypes = "Files of these types";
export const safeTypesHint = "With commas between, such as image/png, image/*.";
export const save = "Save";
export const selfApproval = "Uploaders may decide on what they made themselves";
export const size = "Files of at most so many MB";
export const stepName = "Name of the step";
export const steps = "Steps";
export const switchOff = "Switch off";
export const switchOn = "Switch on";
export const title = "Review templates";
export const type = "Type of file";
export const typeHint = "* for every file, image/* for a family, image/png for one type.";
export const unsaved = "There are unsaved changes.";
export const up = "Move up";
export const uploaders = "Uploads of these members";
export const users = "Addresses of members";
export const usersHint = "With commas between, such as ann@example.com.";
export const who = "Who decides";

/** @type {["roles" | "users", string][]} */
export const approverTypes = [
  ["roles", "Whoever holds a role"],
  ["users", "Certain members"],
];

/** @type {[string, string][]} */
export const timeouts = [
  ["reject", "It is rejected"],
  ["approve", "It is approved"],
];

/** Types of files as templates name them. @type {[string, string][]} */
export const types = [
  ["*", "Every file"],
  ["image/*", "Pictures"],
  ["video/*", "Films"],
  ["audio/*", "Sound"],
  ["application/pdf", "PDF"],
  ["text/*", "Texts"],
];

/** @param {string} pattern @param {string | null} category */
export function appliesTo(pattern, category) {
  const what = types.find(([value]) => value === pattern)?.[1] ?? typeName(pattern);
  return category ? `${what} in ${category}` : what;
}

/** @param {number} place */
export function stepNumber(place) {
  return `Step ${place}`;
}

/** @param {string[]} names */
export function stepNames(names) {
  return `${names.length === 1 ? "Step" : "Steps"}: ${names.join(", ")}`;
}

/** @param {string[]} held */
export function rolesHint(held) {
  return `With commas between. Held by members here: ${held.join(", ")}.`;
}

/** @param {string[]} roles */
export function unheld(roles) {
  return `Nobody holds ${roles.map((role) => `“${role}”`).join(", ")} now.`;
}

/** @param {number | undefined} usual */
export function hoursHint(usual) {
  return usual === undefined ? "Empty: as is usual here." : `Empty: ${number(usual, 2)}, as is usual here.`;
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
  return `“${name}” applies to new versions.`;
}

/** @param {string} name */
export function switchedOff(name) {
  return `“${name}” applies no more.`;
}
