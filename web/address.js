/** What stands in the page's address, so that Back, reload and the links in mails work. */

import { computed, signal } from "./vendor/preact.js";

/** @typedef {{ name: "library" | "workflow" | "inbox" | "preferences" | "shares"
 *   | "collections" | "collection", id: string }} Place */

/** The address of what waits for whoever is signed in. */
export const INBOX = "/?inbox=mine";

/** The address of how they want to be told. */
export const PREFERENCES = "/?preferences=notifications";

/** The address of the share links that one has made. */
export const SHARES = "/?shares=mine";

/** The address of the tenant's collections. */
export const COLLECTIONS = "/?collections=all";

const search = signal(location.search);

/** The page that the address names; an asset's detail lies over the library. */
export const place = computed(() => placeOf(new URLSearchParams(search.value)));

/** The id of the asset whose detail is open, or null. */
export const openId = computed(() => new URLSearchParams(search.value).get("asset"));

/** How the library can be narrowed and turned, each as it is called in the address and the API. */
const FILTERS = [
  "kind",
  "status",
  "tag",
  "uploaded_by",
  "category",
  "created_after",
  "created_before",
  "min_size_bytes",
  "max_size_bytes",
  "order",
  "trashed",
];

/** What the address says of the library: filters by name, without those that are not set. */
export const filters = computed(
  () => /** @type {Record<string, string>} */ (JSON.parse(filterText.value)),
);

/** The same as a text, so that nothing follows when only the open asset changes. */
const filterText = computed(() => {
  const named = new URLSearchParams(search.value);
  return JSON.stringify(Object.fromEntries([...named].filter(([name]) => FILTERS.includes(name))));
});

/** Whether the library is narrowed at all; the order alone hides nothing. */
export const isFiltered = computed(() =>
  Object.keys(filters.value).some((name) => name !== "order"),
);

/** Whether the library is a grid of pictures or a list. */
export const view = computed(() =>
  new URLSearchParams(search.value).get("view") === "list" ? "list" : "grid",
);

addEventListener("popstate", readAddress);

/**
 * Narrow or turn the library; Back leads to how it was.
 * @param {Record<string, string>} changes Empty texts take a filter away.
 */
export function filter(changes) {
  const address = addressWith(changes);
  if (address !== addressWith({})) go(address, false);
}

/** Take up the address as it is now, after something else has changed it. */
export function readAddress() {
  search.value = location.search;
}

/**
 * The address of an asset's detail.
 * @param {string} id
 */
export function addressOf(id) {
  return addressWith({ asset: id });
}

/**
 * The address of a review.
 * @param {string} id A workflow's.
 */
export function addressOfReview(id) {
  return `/?workflow=${encodeURIComponent(id)}`;
}

/**
 * The address of a collection.
 * @param {string} id
 */
export function addressOfCollection(id) {
  return `/?collection=${encodeURIComponent(id)}`;
}

/**
 * Go to another page, without leaving this one for the browser: uploads go on.
 * @param {string} address
 * @param {boolean} [toTop] Whether it is another page, which begins at its top.
 */
export function go(address, toTop = true) {
  history.pushState(null, "", address);
  readAddress();
  if (toTop) scrollTo(0, 0);
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
  history.replaceState(null, "", addressWith({ asset: "" }));
  readAddress();
}

/**
 * The library's address with some of it changed; on another page, that of the whole library.
 * @param {Record<string, string>} changes
 */
function addressWith(changes) {
  const named = new URLSearchParams(place.value.name === "library" ? search.value : "");
  for (const [name, value] of Object.entries(changes)) {
    if (value) named.set(name, value);
    else named.delete(name);
  }
  const text = named.toString();
  return text ? `/?${text}` : "/";
}

/**
 * @param {URLSearchParams} named
 * @returns {Place}
 */
function placeOf(named) {
  const workflow = named.get("workflow");
  if (workflow) return { name: "workflow", id: workflow };
  const collection = named.get("collection");
  if (collection) return { name: "collection", id: collection };
  if (named.has("shares")) return { name: "shares", id: "" };
  if (named.has("collections")) return { name: "collections", id: "" };
  if (named.has("inbox")) return { name: "inbox", id: "" };
  if (named.has("preferences")) return { name: "preferences", id: "" };
  return { name: "library", id: "" };
}
