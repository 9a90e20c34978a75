/** Numbers, sizes and times in the words of the reader's own region. */

import { language } from "../texts.js";

/** Formats are made once: making one takes longer than a hundred uses. */
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const NUMBERS = [0, 1, 2, 3].map(
  (digits) => new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }),
);

const UNITS = ["B", "KB", "MB", "GB", "TB"];

/**
 * A size in units of 1024 with the digits that matter: `4.2 MB`.
 * @param {number} count
 */
export function bytes(count) {
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), UNITS.length - 1);
  const value = count / 1024 ** power;
  return `${number(value, value < 10 && power > 0 ? 1 : 0)} ${UNITS[power]}`;
}

/**
 * @param {number} value
 * @param {0 | 1 | 2 | 3} [digits] At most this many after the point.
 */
export function number(value, digits = 0) {
  return NUMBERS[digits].format(value);
}

/**
 * The length of a recording: `1:02:03`, `0:07`.
 * @param {number} seconds
 */
export function playingTime(seconds) {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, i) => (i ? String(part).padStart(2, "0") : String(part))).join(":");
}

/**
 * Roughly how long something still takes: `5 s`, `3 min`, `2 h`.
 * @param {number} seconds
 */
export function timeLeft(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${number(seconds / 3600, 1)} h`;
}

/**
 * A moment in the reader's own time zone.
 * @param {string} at RFC 3339
 */
export function moment(at) {
  return DATE.format(new Date(at));
}

const SPANS = /** @type {[Intl.RelativeTimeFormatUnit, number][]} */ ([
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
]);

/**
 * How far a moment is from now, in words: `in 3 days`, `5 minutes ago`.
 * @param {string} at RFC 3339
 */
export function fromNow(at) {
  const seconds = (Date.parse(at) - Date.now()) / 1000;
  const [unit, size] = SPANS.find(([, size]) => Math.abs(seconds) >= 2 * size) ?? ["minute", 60];
  // Never "in 0 minutes": what comes is at least one away, what is over at least one ago.
  const count = Math.round(seconds / size) || (seconds < 0 ? -1 : 1);
  return new Intl.RelativeTimeFormat(language).format(count, unit).replaceAll(" ", "\u00a0");
}

/**
 * A moment as `datetime-local` inputs have it, in the reader's own time zone.
 * @param {string | null | undefined} at RFC 3339
 */
export function localTime(at) {
  if (!at) return "";
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
