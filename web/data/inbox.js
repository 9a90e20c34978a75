/** What waits for whoever is signed in, the most urgent first, then what they were told. */

import { call, wordsOf } from "../api.js";
import { batch, computed, signal } from "../vendor/preact.js";

/** @typedef {import("../types.js").InboxEntry} Entry */

const PAGE_SIZE = 50;

/** What is known of the inbox, in the API's order. */
export const entries = signal(/** @type {Entry[]} */ ([]));

/** Whether it has come, is coming, or could not be had. */
export const state = signal(/** @type {"loading" | "ready" | "failed"} */ ("loading"));

/** What went wrong last. */
export const problem = signal("");

/** Where the next page begins, or null. */
export const nextCursor = signal(/** @type {string | null} */ (null));

/** What waits for a decision. */
export const waiting = computed(() => entries.value.filter((entry) => entry.is_open));

/** How much waits, as the header says it: more than a page is not counted. */
export const waitingCount = computed(() => {
  const all = waiting.value.length === entries.value.length && nextCursor.value !== null;
  return `${waiting.value.length}${all ? "+" : ""}`;
});

/** Answers to questions of before are not taken. */
let asked = 0;

/** Load the inbox from its beginning. */
export async function loadInbox() {
  await load(null);
}

/** Load what follows. */
export async function loadMore() {
  await load(nextCursor.value);
}

/** Forget everything, for whoever signs in next. */
export function closeInbox() {
  asked += 1;
  batch(() => {
    entries.value = [];
    nextCursor.value = null;
    state.value = "loading";
  });
}

/** @param {string | null} start */
async function load(start) {
  const mine = (asked += 1);
  const found = start === null ? [] : [...entries.value];
  const enough = found.length + PAGE_SIZE;
  let cursor = start;
  try {
    do {
      /** @type {Record<string, string | number>} */
      const query = { limit: PAGE_SIZE };
      if (cursor) query.cursor = cursor;
      const page = await call("GET", "inbox/", { query });
      if (mine !== asked) return;
      found.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor && found.length < enough);
    batch(() => {
      entries.value = found;
      nextCursor.value = cursor;
      state.value = "ready";
    });
  } catch (error) {
    if (mine !== asked) return;
    problem.value = wordsOf(error);
    state.value = "failed";
  }
}
