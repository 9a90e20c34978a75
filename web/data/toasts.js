/** The last thing done that can be undone, or that deserves a word. */

import { signal } from "../vendor/preact.js";

const SHOWN_MS = 12_000;

/**
 * @typedef {{ words: string, action?: { words: string, act: () => void } }} Toast
 */

/** What is said now, or null. */
export const toast = signal(/** @type {Toast | null} */ (null));

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Say something for a while.
 * @param {string} words
 * @param {Toast["action"]} [action]
 */
export function say(words, action) {
  clearTimeout(timer);
  toast.value = { words, action };
  timer = setTimeout(dismiss, SHOWN_MS);
}

/** Keep what is said, for whoever is about to act on it. */
export function keepSaying() {
  clearTimeout(timer);
}

/** Let it go after a while, since nobody is about to act on it any more. */
export function letGo() {
  clearTimeout(timer);
  if (toast.value) timer = setTimeout(dismiss, SHOWN_MS);
}

/** Say it no more. */
export function dismiss() {
  clearTimeout(timer);
  toast.value = null;
}
