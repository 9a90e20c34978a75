/** Screens: listed, taken in, changed, given playlists; their groups, and changes tried first. */

import { call, callTagged } from "../api.js";
import { everyOf } from "./pages.js";

/** @typedef {import("../screen_types.js").Device} Device */
/** @typedef {import("../screen_types.js").Group} Group */

/** What people say of a screen. @typedef {{ name: string, time_zone: string, groups: string[] }} Said */

/** @typedef {{ body: Device, tag: string }} TaggedDevice */

/** A screen that was heard of so lately is on: players tell of themselves each minute. */
const LIVE_MS = 5 * 60_000;

/**
 * List a page of the tenant's screens, newest first.
 * @param {string | null} cursor
 * @returns {Promise<{ items: Device[], next_cursor: string | null }>}
 */
export function pageOfDevices(cursor) {
  return call("GET", "devices/", { query: cursor ? { cursor } : {} });
}

/** Every screen of the tenant. @returns {Promise<Device[]>} */
export function allDevices() {
  return everyOf("devices/");
}

/** @param {string} id @returns {Promise<TaggedDevice>} */
export function loadDevice(id) {
  return callTagged("GET", pathOf(id));
}

/**
 * Take in the player that shows a code.
 * @param {Said & { code: string }} said
 * @param {string} key Makes a repeated request take in one.
 * @returns {Promise<Device>}
 */
export function takeIn(said, key) {
  return call("POST", "devices/pair/", { body: said, key });
}

/**
 * @param {string} id
 * @param {Said} said
 * @param {string} tag
 * @returns {Promise<TaggedDevice>}
 */
export function changeDevice(id, said, tag) {
  return callTagged("PATCH", pathOf(id), { body: said, ifMatch: tag });
}

/** @param {string} id */
export function removeDevice(id) {
  return call("DELETE", pathOf(id));
}

/**
 * Give a screen playlists of its own.
 * @param {string} id
 * @param {string[]} playlistIds
 * @param {string} tag
 * @returns {Promise<TaggedDevice>}
 */
export function giveDevice(id, playlistIds, tag) {
  return callTagged("PUT", `${pathOf(id)}playlists/`, {
    body: { playlist_ids: playlistIds },
    ifMatch: tag,
  });
}

/**
 * What a screen plays on a day of its own time zone.
 * @param {string} id
 * @param {string} date Empty for today.
 * @returns {Promise<import("../screen_types.js").Day>}
 */
export function dayOf(id, date) {
  return call("GET", `${pathOf(id)}schedule/day/`, { query: date ? { date } : {} });
}

/** Every group of screens, by name. @returns {Promise<Group[]>} */
export function allGroups() {
  return everyOf("device_groups/");
}

/**
 * Give all screens of a group playlists; with `canary` some of them try those first.
 * @param {string} name
 * @param {string[]} playlistIds
 * @param {{ devices: number, minutes: number } | null} canary
 * @returns {Promise<Group>}
 */
export function giveGroup(name, playlistIds, canary) {
  const body = { playlist_ids: playlistIds, ...(canary && { canary }) };
  return call("PUT", `device_groups/${encodeURIComponent(name)}/playlists/`, { body });
}

/** @param {string} id @returns {Promise<import("../screen_types.js").Rollout>} */
export function loadRollout(id) {
  return call("GET", `rollouts/${encodeURIComponent(id)}/`);
}

/**
 * Whether a screen is heard of.
 * @param {Device} device
 * @returns {"online" | "quiet" | "silent" | "new"}
 */
export function stateOf(device) {
  if (device.silent_since) return "silent";
  if (!device.last_seen_at) return "new";
  return Date.now() - Date.parse(device.last_seen_at) < LIVE_MS ? "online" : "quiet";
}

/** @param {string} id */
function pathOf(id) {
  return `devices/${encodeURIComponent(id)}/`;
}
