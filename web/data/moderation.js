/** Moderation: what was flagged, what becomes of it, and the rules that flag by themselves. */

import { call } from "../api.js";
import { everyOf } from "./pages.js";

/** @typedef {import("../rule_types.js").ModerationRule} ModerationRule */
/** @typedef {import("../rule_types.js").RuleWanted} RuleWanted */
/** @typedef {import("../rule_types.js").Flag} Flag */
/** @typedef {"dismiss" | "reject_asset" | "approve_asset"} Resolution */

/**
 * A page of what was flagged, newest first.
 * @param {string} status `open`, or `resolved`.
 * @param {string | null} cursor
 * @returns {Promise<{ items: Flag[], next_cursor: string | null }>}
 */
export function pageOfFlags(status, cursor) {
  return call("GET", "moderation/flags/", { query: cursor ? { status, cursor } : { status } });
}

/** What is to be decided of an asset that was flagged. @param {string} assetId @returns {Promise<Flag | undefined>} */
export async function openFlagOf(assetId) {
  const page = await call("GET", "moderation/flags/", { query: { status: "open", asset_id: assetId } });
  return page.items[0];
}

/**
 * @param {string} id
 * @param {Resolution} resolution
 * @param {string} comment
 * @returns {Promise<Flag>}
 */
export function resolveFlag(id, resolution, comment) {
  const path = `moderation/flags/${encodeURIComponent(id)}/resolve/`;
  return call("POST", path, { body: { resolution, comment } });
}

/** Every rule of the tenant, newest first. @returns {Promise<ModerationRule[]>} */
export function allRules() {
  return everyOf("moderation/rules/");
}

/**
 * @param {RuleWanted} wanted
 * @param {string} key Makes a repeated request make one.
 * @returns {Promise<ModerationRule>}
 */
export function makeRule(wanted, key) {
  return call("POST", "moderation/rules/", { body: wanted, key });
}

/** @param {string} id @param {Partial<RuleWanted>} wanted @returns {Promise<ModerationRule>} */
export function changeRule(id, wanted) {
  return call("PATCH", pathOf(id), { body: wanted });
}

/** @param {string} id */
export function removeRule(id) {
  return call("DELETE", pathOf(id));
}

/** @param {string} id */
function pathOf(id) {
  return `moderation/rules/${encodeURIComponent(id)}/`;
}
