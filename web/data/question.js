/** What the address says of the library, as the API is asked, and back: days begin where the reader is. */

/** @typedef {Record<string, string | number | boolean | string[]>} Question */

/** Filters that are days in the address, and how many days behind them the API's moment is. */
const DAYS = /** @type {const} */ ([
  ["created_after", 0],
  ["created_before", 1],
]);

/**
 * What to ask the API.
 * @param {Record<string, string>} chosen Filters as the address has them.
 * @returns {Record<string, string | string[]>}
 */
export function questionOf({ tag, created_after: from, created_before: until, ...others }) {
  /** @type {Record<string, string | string[]>} */
  const question = { ...others };
  if (tag) question.tag = tag.split("\n");
  const days = { created_after: from, created_before: until };
  for (const [name, later] of DAYS) {
    const moment = startOf(days[name], later);
    if (moment) question[name] = moment;
  }
  return question;
}

/**
 * The filters of the address by which a saved search is shown.
 * @param {Question} question
 * @returns {Record<string, string>}
 */
export function filtersOf(question) {
  const filters = Object.fromEntries(
    Object.entries(question).map(([name, value]) => [name, [value].flat().join("\n")]),
  );
  for (const [name, later] of DAYS) {
    if (filters[name]) filters[name] = dayOf(filters[name], later);
  }
  return filters;
}

/**
 * When a day begins, or one so many days later; empty for what is no day.
 * @param {string | undefined} day Such as 2026-08-01.
 * @param {number} later
 */
function startOf(day, later) {
  const date = new Date(`${day}T00:00`);
  if (Number.isNaN(date.getTime())) return "";
  date.setDate(date.getDate() + later);
  return date.toISOString();
}

/**
 * The day on which a moment is, or one so many days earlier.
 * @param {string} moment
 * @param {number} earlier
 */
function dayOf(moment, earlier) {
  const date = new Date(moment);
  date.setDate(date.getDate() - earlier);
  const parts = [date.getMonth() + 1, date.getDate()].map((one) => String(one).padStart(2, "0"));
  return [String(date.getFullYear()).padStart(4, "0"), ...parts].join("-");
}
