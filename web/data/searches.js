/** Saved searches: listed, saved, changed and deleted. */

import { call } from "../api.js";
import { signal } from "../vendor/preact.js";
import { keepCurrent } from "./current.js";
import { everyOf } from "./pages.js";

/** @typedef {import("../types.js").SavedSearch} SavedSearch */

/** One's own searches and those that others share, newest first; null while unknown. */
export const searches = signal(/** @type {SavedSearch[] | null} */ (null));

const current = keepCurrent();

/** Load all of them. */
export async function loadSearches() {
  searches.value = await current.load(() => everyOf("searches/"));
}

/**
 * @param {Pick<SavedSearch, "name" | "query" | "shared" | "notify">} body
 * @param {string} key Makes a repeated request save one.
 */
export async function saveSearch(body, key) {
  const saved = await call("POST", "searches/", { body, key });
  put([saved, ...(searches.value ?? []).filter((one) => one.id !== saved.id)]);
}

/**
 * @param {string} id
 * @param {Partial<Pick<SavedSearch, "name" | "shared" | "notify">>} changes
 */
export async function changeSearch(id, changes) {
  const changed = await call("PATCH", pathOf(id), { body: changes });
  put((searches.value ?? []).map((one) => (one.id === id ? changed : one)));
}

/** @param {string} id */
export async function deleteSearch(id) {
  await call("DELETE", pathOf(id));
  put((searches.value ?? []).filter((one) => one.id !== id));
}

/** Forget them, for whoever signs in next. */
export function forgetSearches() {
  searches.value = null;
}

/** @param {SavedSearch[]} now */
function put(now) {
  current.changed();
  searches.value = now;
}

/** @param {string} id */
function pathOf(id) {
  return `searches/${encodeURIComponent(id)}/`;
}
