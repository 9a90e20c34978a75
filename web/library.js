/** The tenant's assets as far as they are loaded, newest first. */

import { Problem, call, wordsOf } from "./api.js";
import { follow, isUnsettled } from "./following.js";
import { batch, signal } from "./vendor/preact.js";

/** @typedef {import("./types.js").Asset} Asset */

const PAGE_SIZE = 60;
/** An upload that somebody left off stays `uploading`; after this long nobody waits for it. */
const ABANDONED_AFTER_MS = 15 * 60_000;
const TENANT_REST_MS = 2000;

/** The ids shown in the grid, in order. */
export const order = signal(/** @type {string[]} */ ([]));

/** Whether the first page has come, is coming, or could not be had. */
export const state = signal(/** @type {"loading" | "ready" | "failed"} */ ("loading"));

/** Whether more assets wait, or are on their way. */
export const more = signal(/** @type {"none" | "available" | "loading" | "failed"} */ ("none"));

/** What went wrong last, for whoever looks at the list. */
export const problem = signal("");

/** The tenant's name and use of storage. */
export const tenant = signal(/** @type {import("./types.js").Tenant | null} */ (null));

/** @type {Map<string, import("./vendor/preact.js").Signal<Asset | null>>} */
const assets = new Map();

/** @type {string | null} */
let nextCursor = null;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let tenantTimer;

/**
 * The asset of an id, as far as known; it changes as the asset does.
 * @param {string} id
 */
export function assetOf(id) {
  let known = assets.get(id);
  if (!known) assets.set(id, (known = signal(/** @type {Asset | null} */ (null))));
  return known;
}

/** Load the first page. */
export async function openLibrary() {
  state.value = "loading";
  try {
    nextCursor = null;
    const items = await nextItems();
    batch(() => {
      // What was uploaded meanwhile may be missing in the answer.
      const ids = items.map((asset) => asset.id);
      order.value = [...order.value.filter((id) => !ids.includes(id)), ...ids];
      items.forEach(take);
      state.value = "ready";
    });
  } catch (error) {
    problem.value = wordsOf(error);
    state.value = "failed";
  }
}

/** Load the next page. */
export async function loadMore() {
  if (more.value === "loading" || more.value === "none") return;
  more.value = "loading";
  try {
    const items = await nextItems();
    batch(() => {
      items.forEach(take);
      const shown = new Set(order.value);
      order.value = [...order.value, ...items.map((a) => a.id).filter((id) => !shown.has(id))];
    });
  } catch (error) {
    problem.value = wordsOf(error);
    more.value = "failed";
  }
}

/**
 * Load one asset anew; a new one comes first in the grid.
 * @param {string} id
 * @returns {Promise<Asset | null>} null when there is none (any more).
 */
export async function loadAsset(id) {
  try {
    const asset = await call("GET", `assets/${encodeURIComponent(id)}/`);
    take(asset);
    return asset;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    remove(id);
    return null;
  }
}

/**
 * Show a new asset at the head of the grid.
 * @param {string} id
 */
export function showFirst(id) {
  if (!order.value.includes(id)) order.value = [id, ...order.value];
}

/**
 * Take an asset that is gone out of the grid.
 * @param {string} id
 */
export function remove(id) {
  assetOf(id).value = null;
  order.value = order.value.filter((other) => other !== id);
}

/** Ask again for the tenant's numbers, once for all the changes of a while. */
export function refreshTenantSoon() {
  tenantTimer ??= setTimeout(refreshTenant, TENANT_REST_MS);
}

/** Forget everything, for whoever signs in next. */
export function closeLibrary() {
  assets.clear();
  clearTimeout(tenantTimer);
  tenantTimer = undefined;
  batch(() => {
    order.value = [];
    tenant.value = null;
    state.value = "loading";
    more.value = "none";
  });
}

/** Load the tenant's name and numbers; they are not worth an error. */
export async function refreshTenant() {
  tenantTimer = undefined;
  tenant.value = await call("GET", "tenant/").catch(() => tenant.value);
}

/** @param {Asset} asset */
function take(asset) {
  assetOf(asset.id).value = asset;
  const age = Date.now() - Date.parse(asset.created_at);
  if (!isUnsettled(asset)) return;
  if (asset.status !== "uploading" || age < ABANDONED_AFTER_MS) follow(asset.id, loadAsset);
}

/**
 * Walk on to the next items; a page may be empty though more follow.
 * @returns {Promise<Asset[]>}
 */
async function nextItems() {
  for (;;) {
    /** @type {Record<string, string | number>} */
    const query = { limit: PAGE_SIZE };
    if (nextCursor) query.cursor = nextCursor;
    const page = await call("GET", "assets/", { query });
    nextCursor = page.next_cursor;
    more.value = nextCursor ? "available" : "none";
    const items = page.items.filter(isWorthShowing);
    if (items.length || !nextCursor) return items;
  }
}

/**
 * Whether there is or will be anything to an asset: of a cancelled upload nothing is left.
 * @param {Asset} asset
 */
function isWorthShowing(asset) {
  return asset.status_reason !== "aborted";
}
