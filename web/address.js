/** The asset that stands in the page's address, so that Back, reload and links work. */

import { signal } from "./vendor/preact.js";

/** The id of the asset whose detail is open, or null. */
export const openId = signal(idInAddress());

addEventListener("popstate", () => {
  openId.value = idInAddress();
});

/**
 * The address of an asset's detail.
 * @param {string} id
 */
export function addressOf(id) {
  return `/?asset=${encodeURIComponent(id)}`;
}

/**
 * Open an asset's detail; from one detail to the next, Back still leads to the grid.
 * @param {string} id
 */
export function open(id) {
  if (openId.value === null) history.pushState({ fromGrid: true }, "", addressOf(id));
  else history.replaceState(history.state, "", addressOf(id));
  openId.value = id;
}

/** Close the detail, by going back where the grid is what lies behind. */
export function close() {
  if (openId.value === null) return;
  if (history.state?.fromGrid) {
    history.back();
    return;
  }
  history.replaceState(null, "", "/");
  openId.value = null;
}

function idInAddress() {
  return new URLSearchParams(location.search).get("asset");
}
