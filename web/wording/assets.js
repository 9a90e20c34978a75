/** What to say of an asset: its status, why, and what it is technically. */

import { assets as t } from "../texts.js";
import { bytes, number, playingTime } from "./format.js";

/** @typedef {import("../types.js").Asset} Asset */

/** Reasons that lie in the file as it was sent: running the same tasks again cannot help. */
const FINAL = ["size_mismatch", "type_mismatch", "checksum_mismatch", "upload_expired", "aborted"];

/** How technical data are shown, in their order. @type {Record<string, (value: any) => string>} */
const TECHNICAL = {
  duration_seconds: playingTime,
  pages: number,
  frames: number,
  frame_rate: (value) => t.perSecond(number(value, 2)),
  video_codec: String,
  audio_codec: String,
  bit_rate: (value) => `${number(value / 1000)} kbit/s`,
  channels: number,
  sample_rate_hz: (value) => `${number(value / 1000, 1)} kHz`,
  color_mode: String,
  encrypted: () => t.yes,
};

/** @param {string} status */
export function statusWords(status) {
  return t.statuses[status] ?? status.replaceAll("_", " ");
}

/** @param {string} jobType */
export function taskWords(jobType) {
  return t.tasks[jobType] ?? jobType.replaceAll("_", " ");
}

/**
 * Why an asset is not ready, and what to do about it; empty when there is nothing to explain.
 * @param {Asset} asset
 * @param {import("../types.js").Job | null} [job] Its error is used for reasons unknown here.
 */
export function reasonWords(asset, job) {
  if (asset.status === "quarantined") return t.virusFound(asset.scan?.signature);
  if (asset.status !== "failed" && asset.status !== "rejected") return "";
  const reason = asset.status_reason ?? "";
  const told = job?.tasks.find((task) => task.error)?.error?.message;
  return t.reasons[reason] ?? told ?? t.unknownReason(asset.status, reason);
}

/**
 * Whether running the failed tasks again can help.
 * @param {Asset} asset
 */
export function canRetry(asset) {
  return asset.status === "failed" && !FINAL.includes(asset.status_reason ?? "");
}

/**
 * One short line on what a file is: `PNG · 1.2 MB`.
 * @param {Asset} asset
 */
export function briefly(asset) {
  const parts = [typeName(asset.content_type), asset.size_bytes && bytes(asset.size_bytes)];
  const length = asset.technical?.duration_seconds;
  if (typeof length === "number") parts.push(playingTime(length));
  return parts.filter(Boolean).join(" · ");
}

/**
 * A content type's short name: `image/svg+xml` → `SVG`.
 * @param {string | null | undefined} contentType
 */
export function typeName(contentType) {
  if (!contentType) return "";
  if (t.types[contentType]) return t.types[contentType];
  const subtype = contentType.split("/")[1] ?? contentType;
  return subtype.replace(/^(x-|vnd\.)/, "").replace(/\+.*$/, "").replace(/^ms/, "").toUpperCase();
}

/**
 * The technical data that have a name of their own, in a fixed order.
 * @param {Asset} asset
 * @returns {[string, string][]}
 */
export function technicalFacts(asset) {
  const technical = asset.technical ?? {};
  /** @type {[string, string][]} */
  const facts = [];
  if (technical.width && technical.height) {
    const size = t.pixels(number(+technical.width), number(+technical.height));
    facts.push([t.technical.dimensions, size]);
  }
  for (const [name, show] of Object.entries(TECHNICAL)) {
    const value = technical[name];
    // Worth no line where it is as nearly always.
    if ((name === "frames" && value === 1) || value === false) continue;
    if (value !== null && value !== undefined) facts.push([t.technical[name], show(value)]);
  }
  return facts;
}
