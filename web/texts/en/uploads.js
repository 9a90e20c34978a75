/** Where files come in, and what becomes of them. */

import { bytes, number, timeLeft } from "../../wording/format.js";
import { files } from "./common.js";
import { kinds } from "./library.js";

export const all = "All uploads";
export const area = "Upload";
export const arrived = "Scanning for viruses";
export const cancelAll = "Cancel all";
export const cancelled = "Cancelled";
export const chooseFiles = "Choose files";
export const chooseFolder = "Choose a folder";
export const clear = "Clear";
export const confirmCancelAll = "Cancel all uploads that are not finished?";
export const deleted = "Deleted";
export const dropHere = "Drop files here";
export const emptyHint = "Drop images, videos, sounds or documents anywhere on this page to begin.";
export const emptyLibrary = "Your library is empty";
export const fileInput = "Files";
export const folderInput = "Folder";
export const hide = "Hide";
export const hint = "Files and folders, anywhere on this page. Pasting an image works too.";

/** @param {string} name Such as HEIC. */
export function notAccepted(name) {
  return `${name} is not accepted here.`;
}

/** @param {number} sizeBytes @param {number} largestBytes */
export function tooLarge(sizeBytes, largestBytes) {
  return `${bytes(sizeBytes)} is too large: the most that is accepted here is ${bytes(largestBytes)}.`;
}
export const letGo = "Let go to upload";
export const show = "Show";
export const noScreen = "No screen shows files of this type";
export const title = "Uploads";

/** @param {string} name */
export function cancel(name) {
  return `Cancel ${name}`;
}

/** @param {string} name */
export function retry(name) {
  return `Retry ${name}`;
}

/** @param {string} name */
export function progressOf(name) {
  return `Upload of ${name}`;
}

/** @param {string} stamp When, as a text that file names may hold. @param {string} extension */
export function pastedName(stamp, extension) {
  return `Pasted ${stamp}.${extension}`;
}

/** @param {number} sizeBytes */
export function waiting(sizeBytes) {
  return `Waiting · ${bytes(sizeBytes)}`;
}

/** @param {number} sentBytes @param {number} sizeBytes */
export function sentOf(sentBytes, sizeBytes) {
  return `${bytes(sentBytes)} of ${bytes(sizeBytes)}`;
}

/** @param {{ handled: number, files: number, handledBytes: number, sizeBytes: number }} totals */
export function underWay({ handled, files: count, handledBytes, sizeBytes }) {
  return `${number(handled)} of ${files(count)} · ${sentOf(handledBytes, sizeBytes)}`;
}

/** @param {number} bytesPerSecond @param {number} restBytes */
export function pace(bytesPerSecond, restBytes) {
  return `${bytes(bytesPerSecond)}/s · ${timeLeft(restBytes / bytesPerSecond)} left`;
}

/**
 * How many files came to what.
 * @param {{ done: number, processing: number, failed: number, refused: number, deleted: number }} counts
 */
export function outcome({ done, processing, failed, refused, deleted: trashed }) {
  const parts = [
    [failed, "failed"],
    [refused, "refused"],
    [processing, "being checked"],
    [done, "done"],
    [trashed, "deleted"],
  ];
  const told = parts.filter(([count]) => count).map(([count, what]) => `${number(+count)} ${what}`);
  return told.join(" · ") || "Nothing was sent";
}

export const goOn = "Go on";
export const isTwin = "This file is here already";
export const link = "Add it again without uploading";
export const linkVersion = "Take that one without uploading";
export const newVersion = "Make it a new version";
export const offline = "Offline: it goes on by itself";
export const send = "Upload it again";
export const sendAll = "Upload them again";
export const skip = "Leave it out";
export const skipAll = "Leave them out";
export const skipped = "Left out: it was here already";

/** @param {number} sizeBytes */
export function reading(sizeBytes) {
  return `Reading · ${bytes(sizeBytes)}`;
}

/** @param {number} count */
export function severalTwins(count) {
  return `${files(count)} are here already.`;
}

/** @param {number} count */
export function waitForYou(count) {
  return `${files(count)} ${count === 1 ? "waits" : "wait"} for your answer`;
}

/** @param {string} name */
export function twinsOf(name) {
  return `What to do with ${name}`;
}

/** @param {unknown} title */
export function twinIs(title) {
  return ["The same bytes are in ", title, "."];
}

/** @param {unknown} name */
export function twinInList(name) {
  return [name, " in this list has the same bytes."];
}

/** @param {number} arrivedBytes @param {number} sizeBytes @param {boolean} kept */
export function interrupted(arrivedBytes, sizeBytes, kept) {
  const how = kept ? "It can go on." : "Choose the file again to go on.";
  const sent = arrivedBytes > 0 ? `: ${sentOf(arrivedBytes, sizeBytes)} are here` : "";
  return `Interrupted${sent}. ${how}`;
}

/** @param {number} sizeBytes @param {string} since Such as: 5 minutes ago. */
export function elsewhere(sizeBytes, since) {
  return `${bytes(sizeBytes)}, begun in another browser or program ${since}. It may still be on its way.`;
}

/** @param {string} name */
export function goOnWith(name) {
  return `Go on with ${name}`;
}

/** @param {string} name */
export function discardOf(name) {
  return `Discard ${name}`;
}

/** @param {string} name */
export function fileFor(name) {
  return `File for ${name}`;
}

/** @param {string} name @param {number} sizeBytes */
export function otherFile(name, sizeBytes) {
  return `${name} (${bytes(sizeBytes)}) is another file.`;
}

/** @param {string} kind @param {string[]} names */
export function kindOfFiles(kind, names) {
  return `${kinds[kind] ?? kind}: ${names.join(", ")}`;
}

/** @param {number} largestBytes */
export function accepted(largestBytes) {
  return `What is accepted, up to ${bytes(largestBytes)} a file`;
}
