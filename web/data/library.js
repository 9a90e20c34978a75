/** The tenant's assets as far as they are loaded, newest first. */

import { filters, isFiltered } from "../address.js";
import { Problem, call, wordsOf } from "../api.js";
import { follow, isUnsettled } from "./following.js";
import { questionOf } from "./question.js";
import { batch, signal } from "../vendor/preact.js";

/** @typedef {import("../types.js").Asset} Asset */

const PAGE_SIZE = 60;
const TENANT_REST_MS = 2000;

/** The ids shown in the grid, in order. */
export const order = signal(/** @type {string[]} */ ([]));

/** Whether the first page has come, is coming, or could not be had. */
export const state = signal(/** @type {"loading" | "ready" | "failed"} */ ("loading"));

/** Whether more assets wait, or are on their way. */
export const more = signal(/** @type {"none" | "available" | "loading" | "failed"} */ ("none"));

/** What went wrong last, for whoever looks at the list. */
export const problem = signal("");

/** Whether what is shown fits the words as they were typed; "" without words. */
export const matched = signal(/** @type {"" | "exact" | "similar"} */ (""));

/** Grows with each change made or seen here, and each look at what it has brought about. */
export const changes = signal(0);

/** The tenant's name and use of storage. */
export const tenant = signal(/** @type {import("../types.js").Tenant | null} */ (null));

/** @type {Map<string, import("../vendor/preact.js").Signal<Asset | null>>} */
const assets = new Map();

/** What was here and has been deleted since. */
const gone = signal(/** @type {ReadonlySet<string>} */ (new Set()));

/** @type {string | null} */
let nextCursor = null;

/** Answers to questions of before are not taken. */
let opened = 0;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let tenantTimer;

/** So long after a change lists that are narrowed may not know of it, in milliseconds. */
const INDEXED_MS = 12_000;

/** The first look at such a list comes so soon, each further one after twice the time. */
const ASK_AGAIN_MS = 800;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let askTimer;

/** When something was changed here last. */
let changedAt = -Infinity;

/** The newest question for the tenant. */
let tenantAsked = Promise.resolve();

/**
 * The asset of an id, as far as known; it changes as the asset does.
 * @param {string} id
 */
export function assetOf(id) {
  let known = assets.get(id);
  if (!known) assets.set(id, (known = signal(/** @type {Asset | null} */ (null))));
  return known;
}

/**
 * Whether an asset has been deleted since it was shown.
 * @param {string} id
 */
export function isGone(id) {
  return gone.value.has(id);
}

/** Load the first page of what the address asks for. */
export async function openLibrary() {
  state.value = "loading";
  try {
    nextCursor = null;
    order.value = [];
    const mine = (opened += 1);
    const items = await nextItems();
    if (mine !== opened) return;
    batch(() => {
      // What was uploaded meanwhile may be missing in the answer.
      const ids = items.map((asset) => asset.id);
      order.value = [...order.value.filter((id) => !ids.includes(id)), ...ids];
      items.forEach(put);
      state.value = "ready";
    });
    askAgainSoon(mine);
  } catch (error) {
    problem.value = wordsOf(error);
    state.value = "failed";
  }
}

/** Note a change: a narrowed list that is open now, or opened soon, is asked for again. */
export function noteChange() {
  changedAt = Date.now();
  changes.value += 1;
  askAgainSoon(opened);
}

/**
 * Look again at a narrowed list that may not know of the last change yet.
 * @param {number} mine The question after which it was opened.
 * @param {number} [wait] In milliseconds.
 */
function askAgainSoon(mine, wait = ASK_AGAIN_MS) {
  if (!isFiltered.value || Date.now() - changedAt > INDEXED_MS) return;
  clearTimeout(askTimer);
  askTimer = setTimeout(async () => {
    // Whoever has gone on, elsewhere or down the list, is not called back.
    if (mine !== opened || order.value.length > PAGE_SIZE) return;
    const before = nextCursor;
    nextCursor = null;
    const items = await nextItems().catch(() => null);
    if (mine !== opened) return;
    if (items === null) nextCursor = before;
    else {
      batch(() => {
        order.value = items.map((asset) => asset.id);
        items.forEach(put);
        changes.value += 1;
      });
    }
    askAgainSoon(mine, 2 * wait);
  }, wait);
}

/** Load the next page. */
export async function loadMore() {
  if (more.value === "loading" || more.value === "none") return;
  more.value = "loading";
  try {
    const items = await nextItems();
    batch(() => {
      items.forEach(put);
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
    put(asset);
    return asset;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    remove(id);
    return null;
  }
}

/**
 * Show a new asset at the head of the grid, unless that shows a choice to which it may not belong.
 * @param {string} id
 */
export function showFirst(id) {
  if (!order.value.includes(id) && !isFiltered.value) order.value = [id, ...order.value];
}

/**
 * Take an asset out of the grid that does not belong there any more.
 * @param {string} id
 */
export function takeOut(id) {
  order.value = order.value.filter((other) => other !== id);
}

/**
 * Take an asset that is gone out of the grid.
 * @param {string} id
 */
export function remove(id) {
  gone.value = new Set([...gone.value, id]);
  assetOf(id).value = null;
  takeOut(id);
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
    gone.value = new Set();
    tenant.value = null;
    state.value = "loading";
    more.value = "none";
  });
}

/** Load the tenant's name and numbers; they are not worth an error. */
export function refreshTenant() {
  tenantTimer = undefined;
  tenantAsked = call("GET", "tenant/").then(
    (answer) => void (tenant.value = answer),
    () => {},
  );
  return tenantAsked;
}

/** Wait until the tenant is known, or cannot be. */
export async function whenTenantKnown() {
  if (!tenant.value) await tenantAsked;
}

/**
 * Take up an asset as the API has just shown it.
 * @param {Asset} asset
 */
export function put(asset) {
  const known = assetOf(asset.id);
  if (isGone(asset.id)) gone.value = new Set([...gone.value].filter((id) => id !== asset.id));
  // Lists do not name the pages' addresses.
  const pages = known.value?.sha256 === asset.sha256 ? known.value?.pages : undefined;
  if (known.value && known.value.status !== asset.status) changes.value += 1;
  known.value = pages ? { pages, ...asset } : asset;
  if (isUnsettled(asset)) follow(asset.id, loadAsset, { patiently: asset.status === "uploading" });
}

/**
 * Walk on to the next items; a page may be empty though more follow.
 * @returns {Promise<Asset[]>}
 */
async function nextItems() {
  for (;;) {
    /** @type {import("../api.js").Query} */
    const query = { limit: PAGE_SIZE, ...questionOf(filters.value) };
    if (nextCursor) query.cursor = nextCursor;
    const page = await call("GET", "assets/", { query });
    nextCursor = page.next_cursor;
    matched.value = page.matched ?? "";
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
