/** What stands in the page's address, so that Back, reload and the links in mails work. */

import { computed, signal } from "./vendor/preact.js";

/** @typedef {{ name: "library" | "workflow" | "inbox" | "preferences", id: string }} Place */

/** The address of what waits for whoever is signed in. */
export const INBOX = "/?inbox=mine";

/** The address of how they want to be told. */
export const PREFERENCES = "/?preferences=notifications";

const search = signal(location.search);

/** The page that the address names; an asset's detail lies over the library. */
export const place = computed(() => placeOf(new URLSearchParams(search.value)));

/** The id of the asset whose detail is open, or null. */
export const openId = computed(() => new URLSearchParams(search.value).get("asset"));

addEventListener("popstate", readAddress);

/** Take up the address as it is now, after something else has changed it. */
export function readAddress() {
  search.value = location.search;
}

/**
 * The address of an asset's detail.
 * @param {string} id
 */
export function addressOf(id) {
  return `/?asset=${encodeURIComponent(id)}`;
}

/**
 * The address of a review.
 * @param {string} id A workflow's.
 */
export function addressOfReview(id) {
  return `/?workflow=${encodeURIComponent(id)}`;
}

/**
 * Go to another page, without leaving this one for the browser: uploads go on.
 * @param {string} address
 */
export function go(address) {
  history.pushState(null, "", address);
  readAddress();
  scrollTo(0, 0);
}

/**
 * Open an asset's detail; from one detail to the next, Back still leads to the grid.
 * @param {string} id
 */
export function open(id) {
  if (openId.value === null) history.pushState({ fromGrid: true }, "", addressOf(id));
  else history.replaceState(history.state, "", addressOf(id));
  readAddress();
}

/** Close the detail, by going back where the grid is what lies behind. */
export function close() {
  if (openId.value === null) return;
  if (history.state?.fromGrid) {
    history.back();
    return;
  }
  history.replaceState(null, "", "/");
  readAddress();
}

/**
 * @param {URLSearchParams} named
 * @returns {Place}
 */
function placeOf(named) {
  const workflow = named.get("workflow");
  if (workflow) return { name: "workflow", id: workflow };
  if (named.has("inbox")) return { name: "inbox", id: "" };
  if (named.has("preferences")) return { name: "preferences", id: "" };
  return { name: "library", id: "" };
}
