/** What fields of an asset are called, and what stands in them. */

import { edit, versions } from "../texts.js";

/** @param {string} field As the API calls it. */
export function fieldWords(field) {
  /** @type {Record<string, string>} */
  const names = edit.names;
  return names[field] ?? field.replaceAll("_", " ");
}

/** @param {unknown} value */
export function isEmpty(value) {
  return value === null || value === undefined || value === "" || String(value) === "";
}

/** @param {unknown} value */
export function valueWords(value) {
  if (isEmpty(value)) return versions.nothing;
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The words between a text's commas. @param {string} text */
export function wordsIn(text) {
  return text.split(",").map((word) => word.trim()).filter(Boolean);
}
