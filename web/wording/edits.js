/** What fields of an asset are called, and what stands in them. */

import { assets, detail, edit, versions } from "../texts.js";
import { bytes, moment } from "./format.js";

/** What the API calls a file's own facts. @type {Record<string, string>} */
const FACTS = {
  filename: detail.terms.name,
  content_type: detail.terms.type,
  size_bytes: detail.terms.size,
  sha256: detail.terms.sha256,
  rights: edit.rights,
  ...assets.technical,
};

const MOMENTS = ["valid_from", "expires_at"];

/** @param {string} field As the API calls it. */
export function fieldWords(field) {
  /** @type {Record<string, string>} */
  const names = edit.names;
  const own = field.replace(/^(technical|rights)\./, "");
  return names[own] ?? FACTS[own] ?? own.replaceAll("_", " ");
}

/** @param {unknown} value */
export function isEmpty(value) {
  return value === null || value === undefined || value === "" || String(value) === "";
}

/**
 * @param {unknown} value
 * @param {string} [field] What it stands in.
 * @returns {string}
 */
export function valueWords(value, field = "") {
  if (isEmpty(value)) return versions.nothing;
  if (field === "size_bytes") return bytes(Number(value));
  if (MOMENTS.includes(field)) return moment(String(value));
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "object") return String(value);
  const told = Object.entries(/** @type {object} */ (value)).filter(([, one]) => !isEmpty(one));
  if (told.length === 0) return versions.nothing;
  return told.map(([name, one]) => `${fieldWords(name)}: ${valueWords(one, name)}`).join(", ");
}

/** The words between a text's commas. @param {string} text */
export function wordsIn(text) {
  return text.split(",").map((word) => word.trim()).filter(Boolean);
}
