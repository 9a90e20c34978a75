/** What the form of an asset holds, and what is to be changed when it is saved. */

import { wordsIn } from "../../wording/edits.js";
import { localTime } from "../../wording/format.js";

/** @typedef {import("../../types.js").Asset} Asset */

const TEXTS = /** @type {const} */ (["title", "description", "alt_text"]);
const RIGHTS = /** @type {const} */ (["copyright", "license", "attribution", "usage_terms"]);
const MOMENTS = /** @type {const} */ (["valid_from", "expires_at"]);

/**
 * Everything as texts, as inputs have them; tags with commas between, moments in local time.
 * @typedef {Record<typeof TEXTS[number] | typeof RIGHTS[number] | typeof MOMENTS[number]
 *   | "category" | "tags", string>} Form
 */

/**
 * @param {Asset} asset
 * @returns {Form}
 */
export function formOf(asset) {
  const rights = asset.rights ?? {};
  return {
    title: asset.title,
    description: asset.description ?? "",
    alt_text: asset.alt_text ?? "",
    category: asset.category ?? "",
    tags: (asset.tags ?? []).join(", "),
    copyright: rights.copyright ?? "",
    license: rights.license ?? "",
    attribution: rights.attribution ?? "",
    usage_terms: rights.usage_terms ?? "",
    valid_from: localTime(rights.valid_from),
    expires_at: localTime(rights.expires_at),
  };
}

/**
 * The body of the PATCH that leads from one form to another; empty where nothing changed.
 * @param {Form} before
 * @param {Form} after
 * @returns {Record<string, unknown>}
 */
export function changesOf(before, after) {
  /** @type {Record<string, unknown>} */
  const changes = {};
  /** @type {Record<string, string | null>} */
  const rights = {};
  const differs = (/** @type {keyof Form} */ name) => before[name] !== after[name];
  for (const name of TEXTS.filter(differs)) changes[name] = after[name].trim();
  for (const name of RIGHTS.filter(differs)) rights[name] = after[name].trim() || null;
  for (const name of MOMENTS.filter(differs)) {
    rights[name] = after[name] ? new Date(after[name]).toISOString() : null;
  }
  if (differs("category")) changes.category = after.category.trim() || null;
  if (differs("tags")) changes.tags = wordsIn(after.tags);
  if (Object.keys(rights).length > 0) changes.rights = rights;
  return changes;
}

/**
 * The fields that somebody else has changed, with what stands there now.
 * @param {Form} before
 * @param {Form} now
 * @returns {[keyof Form, string][]}
 */
export function conflictsOf(before, now) {
  const names = /** @type {(keyof Form)[]} */ (Object.keys(now));
  return names.filter((name) => before[name] !== now[name]).map((name) => [name, now[name]]);
}
