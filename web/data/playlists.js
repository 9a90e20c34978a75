/** Playlists: listed, made, changed, deleted, and what can be put into them. */

import { call, callTagged } from "../api.js";
import { everyOf } from "./pages.js";

/** @typedef {import("../screen_types.js").Playlist} Playlist */
/** @typedef {import("../screen_types.js").PlaylistItem} PlaylistItem */

/** @typedef {{ name: string, items: PlaylistItem[], priority: number }} Wanted */

/** @typedef {{ body: Playlist, tag: string }} TaggedPlaylist */

/** So many assets are offered at once. */
const OFFERED = 8;

/** Every playlist of the tenant, newest first. @returns {Promise<Playlist[]>} */
export function allPlaylists() {
  return everyOf("playlists/");
}

/** @param {string} id @returns {Promise<TaggedPlaylist>} */
export function loadPlaylist(id) {
  return callTagged("GET", pathOf(id));
}

/**
 * @param {Wanted} wanted
 * @param {string} key Makes a repeated request make one.
 * @returns {Promise<Playlist>}
 */
export function makePlaylist(wanted, key) {
  return call("POST", "playlists/", { body: wanted, key });
}

/**
 * @param {string} id
 * @param {Wanted} wanted
 * @param {string} tag
 * @returns {Promise<TaggedPlaylist>}
 */
export function savePlaylist(id, wanted, tag) {
  return callTagged("PUT", pathOf(id), { body: wanted, ifMatch: tag });
}

/** @param {string} id */
export function removePlaylist(id) {
  return call("DELETE", pathOf(id));
}

/**
 * Find assets that can be put into a playlist; the newest where no words are given.
 * @param {string} words
 * @returns {Promise<import("../types.js").Asset[]>}
 */
export async function findAssets(words) {
  const query = { status: "approved", limit: OFFERED, ...(words && { q: words }) };
  return (await call("GET", "assets/", { query })).items;
}

/**
 * Make an asset of an address.
 * @param {{ url: string, link_type: string, title: string }} link
 * @param {string} key
 * @returns {Promise<import("../types.js").Asset>}
 */
export function makeLinkAsset(link, key) {
  return call("POST", "assets/link/", { body: link, key });
}

/** @param {string} id */
function pathOf(id) {
  return `playlists/${encodeURIComponent(id)}/`;
}
