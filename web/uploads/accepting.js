/** What the tenant accepts, so that what it does not is refused before a byte moves. */

import { tenant } from "../data/library.js";
import { uploads as t } from "../texts.js";
import { typeName } from "../wording/assets.js";
import { extensionOf, extensionsOf, typeOf, typeOfName } from "./gathering.js";

/** @typedef {"image" | "video" | "audio" | "document" | "other"} Kind */

/** Content types that are accepted; empty while not known. @returns {string[]} */
export function acceptedTypes() {
  return tenant.value?.settings?.ALLOWED_MIME_TYPES ?? [];
}

/** The largest file that is accepted, in bytes; infinite while not known. */
export function largestBytes() {
  return tenant.value?.settings?.MAX_FILE_SIZE ?? Infinity;
}

/** What a file chooser offers: the accepted types and their extensions. */
export function chooserTypes() {
  return acceptedTypes()
    .flatMap((type) => [type, ...extensionsOf(type).map((extension) => `.${extension}`)])
    .join(",");
}

/**
 * The short names of the accepted types by kind, in the kinds' order.
 * @returns {[Kind, string[]][]}
 */
export function acceptedByKind() {
  /** @type {Map<Kind, string[]>} */
  const kinds = new Map(KINDS.map((kind) => [kind, []]));
  for (const type of acceptedTypes()) kinds.get(kindOfType(type))?.push(typeName(type));
  return [...kinds].filter(([, names]) => names.length > 0);
}

/**
 * Why a file is not accepted; empty where it is, or nobody knows yet.
 * @param {File} file
 */
export function refusalOf(file) {
  const accepted = acceptedTypes();
  const fits = [typeOf(file), typeOfName(file.name)].some((type) => accepted.includes(type));
  if (accepted.length > 0 && !fits) return typeRefusal(file);
  if (file.size > largestBytes()) return t.tooLarge(file.size, largestBytes());
  return "";
}

/**
 * That files of this type are not accepted.
 * @param {File} file
 */
export function typeRefusal(file) {
  return t.notAccepted(extensionOf(file.name).toUpperCase() || typeName(typeOf(file)));
}

/** @type {Kind[]} */
const KINDS = ["image", "video", "audio", "document", "other"];

/**
 * @param {string} type
 * @returns {Kind}
 */
function kindOfType(type) {
  const family = type.split("/")[0];
  if (family === "image" || family === "video" || family === "audio") return family;
  return type === "application/zip" ? "other" : "document";
}
