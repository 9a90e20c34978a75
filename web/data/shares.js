/** Share links: listed, made, changed, revoked, and what came of them. */

import { call } from "../api.js";

/** @typedef {import("../types.js").ShareLink} ShareLink */
/** @typedef {import("../types.js").ShareMade} ShareMade */

/** What is shared. @typedef {{ asset_id: string } | { collection_id: string }} Shared */

/**
 * List the links of an asset, newest first.
 * @param {string} assetId
 * @returns {Promise<ShareLink[]>}
 */
export async function linksOf(assetId) {
  return (await call("GET", "shares/", { query: { asset_id: assetId, limit: 200 } })).items;
}

/**
 * List a page of one's own links, or of everybody's for admins.
 * @param {string | null} cursor
 * @returns {Promise<{ items: ShareLink[], next_cursor: string | null }>}
 */
export function pageOfLinks(cursor) {
  return call("GET", "shares/", { query: cursor ? { cursor } : {} });
}

/**
 * @param {Shared} shared
 * @param {Record<string, unknown>} terms
 * @param {string} key Makes a repeated request make one link.
 * @returns {Promise<ShareMade>}
 */
export function makeLink(shared, terms, key) {
  return call("POST", "shares/", { body: { ...shared, ...terms }, key });
}

/**
 * @param {ShareLink} link
 * @param {Record<string, unknown>} terms
 * @returns {Promise<ShareLink>}
 */
export function changeLink(link, terms) {
  return call("PATCH", pathOf(link), { body: terms });
}

/** @param {ShareLink} link */
export function revokeLink(link) {
  return call("DELETE", pathOf(link));
}

/**
 * Give a link a new address.
 * @param {ShareLink} link
 * @returns {Promise<ShareMade>}
 */
export function renewLink(link) {
  return call("POST", `${pathOf(link)}regenerate/`);
}

/**
 * The figures of a link, an asset or the tenant.
 * @param {string} path Such as `assets/{id}/`, or nothing for the tenant.
 * @param {number} days
 * @returns {Promise<import("../types.js").Report>}
 */
export function figuresOf(path, days) {
  return call("GET", `${path}analytics/`, { query: { days } });
}

/** @param {ShareLink} link */
export function pathOf(link) {
  return `shares/${encodeURIComponent(link.uuid)}/`;
}
