/** What statuses, reasons, tasks and technical facts are called. */

import { counted } from "./common.js";

/** @type {Record<string, string>} */
export const statuses = {
  uploading: "Uploading",
  scanning: "Scanning for viruses",
  processing: "Being prepared",
  in_review: "In review",
  approved: "Ready",
  quarantined: "Quarantined",
  rejected: "Rejected",
  failed: "Failed",
  expired: "Expired",
  trashed: "In the trash",
};

/** @type {Record<string, string>} */
export const reasons = {
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
  uploader_inactive: "Whoever uploaded it lost the right to, before it arrived. An admin can retry.",
  rejected: "An approver rejected it.",
  changes_requested: "An approver asked for changes.",
  approval_expired: "Nobody decided in time.",
  cancelled: "Its review was cancelled.",
  superseded: "A newer version took its place before it was decided.",
  rights_ended: "The rights to show it ended before it was decided.",
  moderation_rule: "A moderation rule stopped it.",
  content_rejected: "A moderator has rejected this very file before.",
};

/** @type {Record<string, string>} */
export const tasks = {
  virus_scan: "Virus check",
  thumbnail: "Thumbnails",
  metadata: "Details",
  conversion: "Conversion",
  compression: "Compression",
};

/** @type {Record<string, string>} */
export const progress = {
  pending: "waiting",
  running: "running",
  completed: "done",
  failed: "failed",
  not_reached: "not reached",
};

/** @type {Record<string, string>} */
export const technical = {
  dimensions: "Dimensions",
  width: "Width",
  height: "Height",
  duration_seconds: "Length",
  pages: "Pages",
  frames: "Frames",
  frame_rate: "Frame rate",
  video_codec: "Video codec",
  audio_codec: "Audio codec",
  bit_rate: "Bit rate",
  channels: "Channels",
  sample_rate_hz: "Sample rate",
  color_mode: "Colour mode",
  encrypted: "Password-protected",
};

export const undo = "Undo";
export const yes = "Yes";

/** Names of types that their content type does not give away. @type {Record<string, string>} */
export const types = {
  "application/msword": "DOC",
  "application/vnd.ms-excel": "XLS",
  "application/vnd.ms-powerpoint": "PPT",
  "application/vnd.oasis.opendocument.presentation": "ODP",
  "application/vnd.oasis.opendocument.spreadsheet": "ODS",
  "application/vnd.oasis.opendocument.text": "ODT",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
  "audio/mp4": "M4A",
  "audio/mpeg": "MP3",
  "image/jp2": "JPEG 2000",
  "image/vnd.adobe.photoshop": "PSD",
  "image/vnd.microsoft.icon": "ICO",
  "text/plain": "Text",
  "text/uri-list": "Link",
  "video/quicktime": "MOV",
  "video/x-matroska": "MKV",
  "video/x-ms-wmv": "WMV",
  "video/x-msvideo": "AVI",
};

/** @param {string} width @param {string} height */
export function pixels(width, height) {
  return `${width} × ${height} px`;
}

/** @param {string} rate */
export function perSecond(rate) {
  return `${rate} per second`;
}

/** @param {string | null | undefined} signature What the scanner calls it. */
export function virusFound(signature) {
  const found = signature ? ` (${signature})` : "";
  return `A virus was found${found}. The file is locked away and nobody can open it.`;
}

/** @param {string} status @param {string} reason */
export function unknownReason(status, reason) {
  const failure = status === "failed" ? "It could not be prepared" : "It was not approved";
  return `${failure} (${reason.replaceAll("_", " ")}).`;
}

/** @param {number} count @param {string} title Of the first. */
export function trashed(count, title) {
  return count === 1 ? `“${title}” is in the trash.` : `${count} assets are in the trash.`;
}

/** @param {number} count @param {string} title Of the first. */
export function restored(count, title) {
  return count === 1 ? `“${title}” is back.` : `${count} assets are back.`;
}

/** @type {Record<string, string>} Why one of several assets was not changed. */
export const bulkCodes = {
  asset_trashed: "it is in the trash.",
  forbidden: "you may not change it.",
  not_done: "there was no time for it. Try again.",
  not_found: "it is not there any more.",
};

/** @param {number} count */
export function tagged(count) {
  return `${counted(count, "asset has", "assets have")} the tags now.`;
}

/** @param {number} count */
export function untagged(count) {
  return `${counted(count, "asset does", "assets do")} not have the tags any more.`;
}

/** @param {string} title @param {string} why */
export function notDone(title, why) {
  return `“${title}”: ${why}`;
}
