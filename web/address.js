/** What stands in the page's address, so that Back, reload and the links in mails work. */

import { computed, signal } from "./vendor/preact.js";

/** @typedef {{ name: "library" | "workflow" | "inbox" | "preferences" | "shares"
 *   | "collections" | "collection" | "search" | "screens" | "device" | "groups" | "rollout"
 *   | "playlists" | "playlist" | "templates" | "template" | "rules" | "rule" | "flags"
 *   | "descriptions", id: string }} Place */

/** The address of the whole library. */
export const LIBRARY = "/";

/** The address of what waits for whoever is signed in. */
export const INBOX = "/?inbox=mine";

/** The address of how they want to be told. */
export const PREFERENCES = "/?preferences=notifications";

/** The address of the share links that one has made. */
export const SHARES = "/?shares=mine";

/**
 * The address of a saved search, which leads on to what it finds.
 * @param {string} id
 */
export function addressOfSearch(id) {
  return `/?search=${encodeURIComponent(id)}`;
}

/** The address of the tenant's collections. */
export const COLLECTIONS = "/?collections=all";

/** The address of the tenant's screens. */
export const SCREENS = "/?screens=all";

/** The address of groups of screens. */
export const GROUPS = "/?groups=all";

/** The address of what screens play. */
export const PLAYLISTS = "/?playlists=all";

/** The address of what is said of all assets, as a table. */
export const DESCRIPTIONS = "/?descriptions=all";

/** The address of who has to approve what. */
export const TEMPLATES = "/?templates=all";

/** The address of what is looked for in everything that becomes ready. */
export const RULES = "/?rules=all";

/** The address of what was flagged and waits for a moderator. */
export const FLAGS = addressOfFlags("open");

const search = signal(location.search);

/** The page that the address names; an asset's detail lies over the library. */
export const place = computed(() => placeOf(new URLSearchParams(search.value)));

/** The id of the asset whose detail is open, or null. */
export const openId = computed(() => new URLSearchParams(search.value).get("asset"));

/** How the library can be narrowed and turned, each as it is called in the address and the API. */
const FILTERS = [
  "q",
  "kind",
  "status",
  "tag",
  "uploaded_by",
  "category",
  "created_after",
  "created_before",
  "min_size_bytes",
  "max_size_bytes",
  "similar_to",
  "sort",
  "order",
  "trashed",
];

/** Those that leave everything there. */
const HIDE_NOTHING = ["sort", "order"];

/**
 * What the address says of the library: filters by name, without those that are not set. Several tags
 * are lines of one text.
 */
export const filters = computed(
  () => /** @type {Record<string, string>} */ (JSON.parse(filterText.value)),
);

/** The same as a text, so that nothing follows when only the open asset changes. */
const filterText = computed(() => {
  const named = new URLSearchParams(search.value);
  const given = FILTERS.map((name) => [name, named.getAll(name).join("\n")]);
  return JSON.stringify(Object.fromEntries(given.filter(([, value]) => value)));
});

/** Whether the library is narrowed at all; the order alone hides nothing. */
export const isFiltered = computed(() =>
  Object.keys(filters.value).some((name) => !HIDE_NOTHING.includes(name)),
);

/** The tags that all have to be there. */
export const tags = computed(() => (filters.value.tag ? filters.value.tag.split("\n") : []));

/** Whether the library is a grid of pictures or a list. */
export const view = computed(() =>
  new URLSearchParams(search.value).get("view") === "list" ? "list" : "grid",
);

/** The pages of one thing, whose id stands after their name. */
const WITH_ID = /** @type {const} */ ([
  "workflow",
  "collection",
  "search",
  "device",
  "playlist",
  "rollout",
  "template",
  "rule",
  "flags",
]);

/** The pages of all things of a kind. */
const LISTS = /** @type {const} */ ([
  "shares", "collections", "inbox", "preferences", "screens",
  "groups", "playlists", "templates", "rules", "descriptions",
]);

addEventListener("popstate", readAddress);

/**
 * Narrow or turn the library; Back leads to how it was.
 * @param {Record<string, string>} changes Empty texts take a filter away.
 */
export function filter(changes) {
  const address = addressWith(changes);
  if (address !== addressWith({})) go(address, false);
}

/**
 * Show the library by these filters and no others.
 * @param {Record<string, string>} wanted
 * @param {{ instead?: boolean }} [options] `instead`: in the place of the present page.
 */
export function showLibrary(wanted, { instead = false } = {}) {
  const address = addressBy(new URLSearchParams(), wanted);
  if (!instead) return go(address);
  history.replaceState(null, "", address);
  readAddress();
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
 * The address of a screen.
 * @param {string} id A device's.
 */
export function addressOfDevice(id) {
  return `/?device=${encodeURIComponent(id)}`;
}

/**
 * The address of a playlist.
 * @param {string} id
 */
export function addressOfPlaylist(id) {
  return `/?playlist=${encodeURIComponent(id)}`;
}

/**
 * The address of a roll-out's course.
 * @param {string} id
 */
export function addressOfRollout(id) {
  return `/?rollout=${encodeURIComponent(id)}`;
}

/**
 * The address of a review template.
 * @param {string} id `new` for one that is not there yet.
 */
export function addressOfTemplate(id) {
  return `/?template=${encodeURIComponent(id)}`;
}

/**
 * The address of a moderation rule.
 * @param {string} id `new` for one that is not there yet.
 */
export function addressOfRule(id) {
  return `/?rule=${encodeURIComponent(id)}`;
}

/**
 * The address of what was flagged.
 * @param {string} status `open` or `resolved`.
 */
export function addressOfFlags(status) {
  return `/?flags=${encodeURIComponent(status)}`;
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
  return addressBy(new URLSearchParams(place.value.name === "library" ? search.value : ""), changes);
}

/**
 * @param {URLSearchParams} named
 * @param {Record<string, string>} changes
 */
function addressBy(named, changes) {
  for (const [name, value] of Object.entries(changes)) {
    named.delete(name);
    if (value) value.split("\n").forEach((one) => named.append(name, one));
  }
  const text = named.toString();
  return text ? `/?${text}` : "/";
}

/**
 * @param {URLSearchParams} named
 * @returns {Place}
 */
function placeOf(named) {
  for (const name of WITH_ID) {
    const id = named.get(name);
    if (id) return { name, id };
  }
  const list = LISTS.find((name) => named.has(name));
  if (list) return { name: list, id: "" };
  return { name: "library", id: "" };
}
