/** How many assets of the whole result have what: kinds, statuses, categories and tags. */

import { call } from "../api.js";
import { questionOf } from "./question.js";
import { signal } from "../vendor/preact.js";

/** @typedef {Record<"kind" | "status" | "category" | "tag", Record<string, number>>
 *   & { approximate: boolean }} Facets */

/** The counts of what is shown, as far as known. */
export const facets = signal(/** @type {Facets | null} */ (null));

/** The filters for which they hold. */
let countedFor = "";

/** Whether the counts that were asked for last could not be had. */
export const uncounted = signal(false);

/** Answers to questions of before are not taken. */
let asked = 0;

/**
 * Count what some filters leave.
 * @param {Record<string, string>} chosen
 */
export async function loadFacets(chosen) {
  const mine = (asked += 1);
  const query = { ...questionOf(chosen), facets: "true", limit: 1 };
  const page = await call("GET", "assets/", { query }).catch(() => null);
  if (mine !== asked) return;
  countedFor = JSON.stringify(chosen);
  facets.value = page?.facets ?? null;
  uncounted.value = page === null;
}

/**
 * How many assets some filters leave, where they were counted: each has one kind.
 * @param {Record<string, string>} chosen
 * @returns {number | null}
 */
export function countOf(chosen) {
  const counts = facets.value;
  if (!counts || JSON.stringify(chosen) !== countedFor) return null;
  return Object.values(counts.kind).reduce((sum, one) => sum + one, 0);
}

/** Forget the counts, for whoever signs in next. */
export function forgetFacets() {
  asked += 1;
  countedFor = "";
  facets.value = null;
  uncounted.value = false;
}
