/** Saved searches. */

export const failed = "Your saved searches could not be loaded.";
export const lead = "Search or narrow the library, and keep that here under a name.";
export const missing = "There is no such saved search any more.";
export const name = "Name of this search";
export const none = "None yet.";
export const notify = "Tell me of new finds";
export const remove = "Delete";
export const save = "Save this search";
export const share = "Share with everybody here";
export const shared = "Shared";
export const title = "Saved searches";
export const toLibrary = "Go to the library";

/** @param {string} name */
export function notifyOf(name) {
  return `Tell me of new finds of “${name}”`;
}

/** @param {string} name */
export function removeOf(name) {
  return `Delete “${name}”`;
}

/** @param {string} name */
export function removed(name) {
  return `“${name}” is deleted.`;
}

/** @param {string} name */
export function saved(name) {
  return `“${name}” is saved.`;
}

/** @param {string} email */
export function by(email) {
  return `by ${email}`;
}
