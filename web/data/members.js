/** The tenant's members, whom admins list. */

import { everyOf } from "./pages.js";

/** @typedef {import("../rule_types.js").Member} Member */

/** @returns {Promise<Member[]>} */
export function allMembers() {
  return everyOf("members/");
}

/**
 * The roles that active members hold, the tenant's own among them.
 * @param {Member[]} members
 * @returns {string[]}
 */
export function rolesHeld(members) {
  const roles = members.filter((one) => one.is_active).flatMap((one) => one.roles);
  return [...new Set(roles)].sort((one, other) => one.localeCompare(other));
}
