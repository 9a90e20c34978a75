/** Which screens have an asset, and so what a change of it would touch. */

import { call } from "../api.js";
import { everyOf } from "./pages.js";

/** So many assets are asked for at the same time. */
const AT_ONCE = 10;

/**
 * @param {string} assetId
 * @returns {Promise<import("../screen_types.js").Concerned>}
 */
export function concernedScreens(assetId) {
  return call("GET", `assets/${encodeURIComponent(assetId)}/concerned_screens/`);
}

/**
 * Which screens have one of several assets.
 * @param {string[]} assetIds At least one.
 * @returns {Promise<import("../screen_types.js").Concerned>} Its version is that of the first one.
 */
export async function screensConcernedBy(assetIds) {
  /** @type {import("../screen_types.js").Concerned[]} */
  const found = [];
  for (let from = 0; from < assetIds.length; from += AT_ONCE) {
    found.push(...(await Promise.all(assetIds.slice(from, from + AT_ONCE).map(concernedScreens))));
  }
  const named = new Map(found.flatMap((one) => one.devices).map((device) => [device.id, device]));
  const count = Math.max(named.size, ...found.map((one) => one.device_count));
  return { ...found[0], devices: [...named.values()], device_count: count };
}

/**
 * Which screens have which version of an asset, and since when.
 * @param {string} assetId
 * @returns {Promise<import("../screen_types.js").OnScreen[]>}
 */
export function versionsOnScreens(assetId) {
  return everyOf(`assets/${encodeURIComponent(assetId)}/screens/`);
}
