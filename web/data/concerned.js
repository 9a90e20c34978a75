/** Which screens have an asset, and so what a change of it would touch. */

import { call } from "../api.js";
import { everyOf } from "./pages.js";

/**
 * @param {string} assetId
 * @returns {Promise<import("../types.js").Concerned>}
 */
export function concernedScreens(assetId) {
  return call("GET", `assets/${encodeURIComponent(assetId)}/concerned_screens/`);
}

/**
 * Which screens have which version of an asset, and since when.
 * @param {string} assetId
 * @returns {Promise<import("../types.js").OnScreen[]>}
 */
export function versionsOnScreens(assetId) {
  return everyOf(`assets/${encodeURIComponent(assetId)}/screens/`);
}
