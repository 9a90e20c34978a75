/** What is done to assets: described anew, put into the trash and taken out, published, flagged. */

import { Problem, call, callTagged } from "../api.js";
import { assets as words } from "../texts.js";
import { follow, isUnsettled } from "./following.js";
import { loadAsset, noteChange, put, refreshTenantSoon, remove, showFirst, takeOut } from "./library.js";
import { say } from "./toasts.js";

/** @typedef {import("../types.js").Asset} Asset */
/** @typedef {import("../types.js").Version} Version */

/** So many assets are changed by one request. */
const BULK = 500;

/**
 * Load an asset with the tag of what is said of it.
 * @param {string} id
 * @returns {Promise<{ body: Asset, tag: string }>}
 */
export function loadTagged(id) {
  return callTagged("GET", pathOf(id));
}

/**
 * Change what is said of an asset, unless somebody has changed it since.
 * @param {string} id
 * @param {Record<string, unknown>} changes
 * @param {string} tag
 * @returns {Promise<Asset>}
 */
export async function change(id, changes, tag) {
  const asset = await call("PATCH", pathOf(id), { body: changes, ifMatch: tag });
  put(asset);
  noteChange();
  return asset;
}

/**
 * Put assets into the trash one after the other; what was put there can be taken back at once.
 * @param {Asset[]} assets
 * @returns {Promise<string[]>} The titles of those that could not be, with the reason.
 */
export async function trash(assets) {
  /** @type {Asset[]} */
  const gone = [];
  const failed = await each(assets, async (asset) => {
    await call("DELETE", pathOf(asset.id));
    remove(asset.id);
    gone.push(asset);
  });
  refreshTenantSoon();
  noteChange();
  if (gone.length > 0) {
    const act = () => void restore(gone, true);
    say(words.trashed(gone.length, gone[0].title), { words: words.undo, act });
  }
  return failed;
}

/**
 * Take assets out of the trash.
 * @param {Asset[]} assets
 * @param {boolean} [shown] Whether they belong into the list that is shown.
 * @returns {Promise<string[]>} The titles of those that could not be, with the reason.
 */
export async function restore(assets, shown = false) {
  const failed = await each(assets, async ({ id }) => {
    put(await call("POST", `${pathOf(id)}restore/`));
    if (shown) showFirst(id);
    else takeOut(id);
  });
  refreshTenantSoon();
  noteChange();
  say(failed.length > 0 ? failed.join(" ") : words.restored(assets.length, assets[0].title));
  return failed;
}

/**
 * Give assets tags, or take them from them.
 * @param {Asset[]} assets
 * @param {"tag" | "untag"} operation
 * @param {string[]} tags
 * @returns {Promise<string[]>} The titles of those that could not be changed, with the reason.
 */
export async function tagAssets(assets, operation, tags) {
  /** @type {string[]} */
  const failed = [];
  for (let at = 0; at < assets.length; at += BULK) {
    const some = assets.slice(at, at + BULK);
    const body = { asset_ids: some.map((one) => one.id), operation, value: tags };
    const { results } = await call("POST", "assets/bulk/", { body });
    some.forEach((asset, place) => {
      const { code } = results[place];
      if (code) failed.push(words.notDone(asset.title, words.bulkCodes[code] ?? code.replaceAll("_", " ")));
    });
  }
  noteChange();
  const done = assets.length - failed.length;
  if (done > 0) say(operation === "tag" ? words.tagged(done) : words.untagged(done));
  return failed;
}

/**
 * List a page of an asset's versions, the newest first.
 * @param {string} id
 * @param {string | null} cursor
 * @returns {Promise<{ items: Version[], next_cursor: string | null }>}
 */
export function versionsOf(id, cursor) {
  return call("GET", `${pathOf(id)}versions/`, { query: cursor ? { cursor } : {} });
}

/**
 * Publish a version, take it back, or make its content the newest again.
 * @param {Asset} asset
 * @param {number} number
 * @param {"publish" | "unpublish" | "rollback"} deed
 */
export async function moveVersion(asset, number, deed) {
  const body = deed === "publish" ? {} : undefined;
  await call("POST", `${pathOf(asset.id)}versions/${number}/${deed}/`, { body });
  noteChange();
  const fresh = await loadAsset(asset.id);
  if (fresh && isUnsettled(fresh)) follow(asset.id, loadAsset);
}

/**
 * Make a branch's newest version the newest of all.
 * @param {Asset} asset
 * @param {string} name The branch's.
 * @param {boolean} anyway Whether what came meanwhile may be left behind.
 */
export async function mergeBranch(asset, name, anyway) {
  const body = anyway ? { strategy: "theirs" } : {};
  await call("POST", `${pathOf(asset.id)}branches/${encodeURIComponent(name)}/merge/`, { body });
  noteChange();
  const fresh = await loadAsset(asset.id);
  if (fresh && isUnsettled(fresh)) follow(asset.id, loadAsset);
}

/**
 * What has changed from one version to another.
 * @param {string} id
 * @param {number} from
 * @param {number} to
 * @returns {Promise<import("../types.js").Difference>}
 */
export function difference(id, from, to) {
  return call("GET", `${pathOf(id)}versions/${from}/diff/${to}/`);
}

/**
 * Report what is wrong with an asset.
 * @param {string} id
 * @param {string} reason
 * @param {string} comment
 */
export function flag(id, reason, comment) {
  return call("POST", `${pathOf(id)}flag/`, { body: { reason, comment } });
}

/**
 * @param {Asset[]} assets
 * @param {(asset: Asset) => Promise<void>} deed
 */
async function each(assets, deed) {
  /** @type {string[]} */
  const failed = [];
  for (const asset of assets) {
    await deed(asset).catch((error) => {
      if (!(error instanceof Problem)) throw error;
      failed.push(words.notDone(asset.title, error.message));
    });
  }
  return failed;
}

/** @param {string} id */
function pathOf(id) {
  return `assets/${encodeURIComponent(id)}/`;
}
