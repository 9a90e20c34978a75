/** Who is signed in, as the API knows them, and what their roles let them do. */

import { Problem, call, pause } from "../api.js";
import { computed, signal } from "../vendor/preact.js";
import { tenant } from "./library.js";

/** @typedef {import("../types.js").Asset} Asset */

/** Who is signed in; null while that is not known. */
export const me = signal(/** @type {import("../types.js").Me | null} */ (null));

/** Whether they may upload; nobody is offered what they may not. */
export const mayUpload = computed(() => has("contributor", "editor", "admin"));

/** Whether they may make share links of what is published: the tenant says which roles do. */
export const mayShare = computed(() =>
  has(...(tenant.value?.settings?.SHARE_ROLES ?? ["contributor", "editor", "admin"])),
);

/** Whether they keep the tenant's collections. */
export const mayCollect = computed(() => has("editor", "admin"));

/** Whether they resolve what others say of an asset, too. */
export const keepsThreads = computed(() => has("editor", "admin"));

/** Whether they see every asset of the tenant, so that its numbers are theirs. */
export const seesAll = computed(() => has("editor", "moderator", "admin"));

/** Whether they say what screens play. */
export const mayProgramme = computed(() => has("editor", "admin"));

/** Whether they decide over what was flagged, and keep the rules that flag. */
export const moderates = computed(() => has("moderator", "admin"));

/** Whether they may do everything in the tenant. */
export const isAdmin = computed(() => has("admin"));

/** The first and the longest rest before it is asked again who is signed in, in milliseconds. */
const RESTS_MS = [2000, 60_000];

/** Answers for whoever was signed in before are not taken. */
let asked = 0;

/** Load who is signed in; until Reef answers, nothing is offered but looking. */
export async function loadMe() {
  const mine = (asked += 1);
  for (let rest = RESTS_MS[0]; mine === asked; rest = Math.min(2 * rest, RESTS_MS[1])) {
    try {
      const found = await call("GET", "me/");
      if (mine === asked) me.value = found;
      return;
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing) return;
    }
    await pause(rest);
  }
}

/** Forget who was signed in. */
export function forgetMe() {
  asked += 1;
  me.value = null;
}

/**
 * Whether they may change an asset, and delete it: editors any, contributors their own.
 * @param {Pick<Asset, "uploaded_by">} asset
 */
export function mayEdit(asset) {
  const own = me.value !== null && asset.uploaded_by?.id === me.value.id;
  return has("editor", "admin") || (own && has("contributor"));
}

/** @param {string[]} roles */
function has(...roles) {
  return me.value?.roles.some((role) => roles.includes(role)) ?? false;
}
