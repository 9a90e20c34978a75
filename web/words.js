/** What statuses, reasons and technical facts are called on the page. */

import { bytes, number, playingTime } from "./format.js";

/** @typedef {import("./types.js").Asset} Asset */

/** @type {Record<string, string>} */
const STATUSES = {
  uploading: "Uploading",
  scanning: "Checking for viruses",
  processing: "Being prepared",
  in_review: "In review",
  approved: "Approved",
  quarantined: "Quarantined",
  rejected: "Rejected",
  failed: "Failed",
  expired: "Expired",
  trashed: "In the trash",
};

/** @type {Record<string, string>} */
const REASONS = {
  size_mismatch: "What arrived has another size than the file that was announced. Upload it again.",
  type_mismatch:
    "The file is not what its name says: its contents are of another type. " +
    "Rename or convert it, then upload it again.",
  checksum_mismatch: "The file was damaged on its way. Upload it again.",
  unreadable:
    "The file is empty, damaged or incomplete and cannot be opened. " +
    "Check that it opens on your computer; if it does, try again.",
  too_large_to_decode:
    "The picture has more pixels than can be opened safely. Make it smaller, then upload it again.",
  processing_timeout: "Preparing the file took too long. Try again, or upload a smaller one.",
  unscannable:
    "The virus scanner cannot look inside this file, so it stays locked. " +
    "Upload it without password or deep nesting.",
  scanner_unavailable: "The virus scanner could not be reached, so the file stays locked. Try again.",
  aborted: "The upload was cancelled.",
  upload_expired: "The file never arrived. Upload it again.",
  rejected: "An approver rejected it.",
  changes_requested: "An approver asked for changes.",
  approval_expired: "Nobody decided in time.",
  cancelled: "Its review was cancelled.",
  superseded: "A newer version took its place before it was decided.",
  rights_ended: "The rights to show it ended before it was decided.",
  moderation_rule: "A moderation rule stopped it.",
};

/** Reasons that lie in the file as it was sent: running the same tasks again cannot help. */
const FINAL = ["size_mismatch", "type_mismatch", "checksum_mismatch", "upload_expired", "aborted"];

/** @type {Record<string, string>} */
const TASKS = {
  virus_scan: "Virus check",
  thumbnail: "Thumbnails",
  metadata: "Details",
  conversion: "Conversion",
  compression: "Compression",
};

/** @type {Record<string, [string, (value: any) => string]>} */
const TECHNICAL = {
  duration_seconds: ["Length", playingTime],
  pages: ["Pages", number],
  frames: ["Frames", number],
  frame_rate: ["Frame rate", (value) => `${number(value, 2)} per second`],
  video_codec: ["Video codec", String],
  audio_codec: ["Audio codec", String],
  bit_rate: ["Bit rate", (value) => `${number(value / 1000)} kbit/s`],
  channels: ["Channels", number],
  sample_rate_hz: ["Sample rate", (value) => `${number(value / 1000, 1)} kHz`],
  color_mode: ["Colour mode", String],
  encrypted: ["Password-protected", (value) => (value ? "Yes" : "No")],
};

/** @param {string} status */
export function statusWords(status) {
  return STATUSES[status] ?? status.replaceAll("_", " ");
}

/** @param {string} jobType */
export function taskWords(jobType) {
  return TASKS[jobType] ?? jobType.replaceAll("_", " ");
}

/**
 * Why an asset is not ready, and what to do about it; empty when there is nothing to explain.
 * @param {Asset} asset
 * @param {import("./types.js").Job | null} [job] Its error is used for reasons unknown here.
 */
export function reasonWords(asset, job) {
  if (asset.status === "quarantined") {
    const found = asset.scan?.signature ? ` (${asset.scan.signature})` : "";
    return `A virus was found${found}. The file is locked away and nobody can open it.`;
  }
  if (asset.status !== "failed" && asset.status !== "rejected") return "";
  const reason = asset.status_reason ?? "";
  const told = job?.tasks.find((task) => task.error)?.error?.message;
  const failure = asset.status === "failed" ? "It could not be prepared" : "It was not approved";
  return REASONS[reason] ?? told ?? `${failure} (${reason.replaceAll("_", " ")}).`;
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
  if (contentType === "text/plain") return "Text";
  if (contentType === "video/quicktime") return "MOV";
  if (contentType === "audio/mpeg") return "MP3";
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
    facts.push(["Dimensions", `${number(+technical.width)} × ${number(+technical.height)} px`]);
  }
  for (const [name, [words, show]] of Object.entries(TECHNICAL)) {
    const value = technical[name];
    if (name === "frames" && value === 1) continue;
    if (value !== null && value !== undefined) facts.push([words, show(value)]);
  }
  return facts;
}
