/** Collections: listed, made, filled, put in order, deleted, and fetched as a zip. */

import { call, callTagged } from "../api.js";
import { everyOf } from "./pages.js";

/** @typedef {import("../types.js").Collection} Collection */

/** A collection with the tag by which somebody else's change is noticed. @typedef {{ body: Collection, tag: string }} Tagged */

/** So long the API may wait for a job's next change, in seconds. */
const WAIT = 20;

/**
 * List a page of the tenant's collections, newest first.
 * @param {string | null} cursor
 * @returns {Promise<{ items: Collection[], next_cursor: string | null }>}
 */
export function pageOfCollections(cursor) {
  return call("GET", "collections/", { query: cursor ? { cursor } : {} });
}

/** Every collection of the tenant. @returns {Promise<Collection[]>} */
export function allCollections() {
  return everyOf("collections/");
}

/**
 * @param {string} id
 * @returns {Promise<Tagged>}
 */
export function loadCollection(id) {
  return callTagged("GET", pathOf(id));
}

/**
 * @param {{ name: string, asset_ids: string[] }} body
 * @param {string} key Makes a repeated request make one.
 * @returns {Promise<Collection>}
 */
export function makeCollection(body, key) {
  return call("POST", "collections/", { body, key });
}

/**
 * @param {string} id
 * @param {{ name?: string, description?: string }} changes
 * @param {string} tag
 * @returns {Promise<Tagged>}
 */
export function changeCollection(id, changes, tag) {
  return callTagged("PATCH", pathOf(id), { body: changes, ifMatch: tag });
}

/**
 * Say what is in a collection, in which order.
 * @param {string} id
 * @param {string[]} assetIds
 * @param {string} tag
 * @returns {Promise<Tagged>}
 */
export function fillCollection(id, assetIds, tag) {
  return callTagged("PUT", `${pathOf(id)}assets/`, { body: { asset_ids: assetIds }, ifMatch: tag });
}

/**
 * Put assets behind those that a collection has.
 * @param {string} id
 * @param {string[]} assetIds
 */
export async function addTo(id, assetIds) {
  const { body, tag } = await loadCollection(id);
  const added = assetIds.filter((one) => !body.asset_ids.includes(one));
  await fillCollection(id, [...body.asset_ids, ...added], tag);
  return added.length;
}

/** @param {string} id */
export function deleteCollection(id) {
  return call("DELETE", pathOf(id));
}

/**
 * Have a zip made, and give the addresses of its files.
 * @param {{ collection_id: string } | { asset_ids: string[] }} what
 * @param {(percent: number) => void} tell
 * @returns {Promise<string[]>} None where it could not be made.
 */
export async function zip(what, tell) {
  const { job_id } = await call("POST", "assets/zip/", { body: what });
  for (;;) {
    /** @type {import("../types.js").Job} */
    const job = await call("GET", `processing/${job_id}/status/`, { query: { wait: WAIT } });
    if (job.status === "failed") return [];
    if (job.status === "completed") return job.download_urls ?? (job.download_url ? [job.download_url] : []);
    tell(job.progress_percent);
  }
}

/** @param {string} id */
function pathOf(id) {
  return `collections/${encodeURIComponent(id)}/`;
}
