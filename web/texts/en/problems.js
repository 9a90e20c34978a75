/** What is said when something does not work. */

export const fileChanged = "The file was moved or changed on your computer. Add it again.";
export const fileOfAnotherSize = "The file is not as large as it was when it was added. Add it again.";
export const lostConnection = "The connection was lost.";
export const noAnswer = "Reef could not answer. Try again.";
export const sessionEnded = "Your session has ended. Please sign in again.";
export const signInFailed = "The sign-in could not be completed. Please start again.";
export const signInForeign =
  "This sign-in was not started here or is out of date. Please start again.";
export const signInStopped = "The sign-in was not completed.";
export const unexpected = "Something unexpected went wrong.";
export const unreachable = "Reef cannot be reached. Check your connection and try again.";
export const uploadStopped = "The upload stopped unexpectedly. Try again.";

/** @param {string | undefined} code Storage's name for the reason. */
export function storageRefused(code) {
  return `Storage refused the file${code ? ` (${code})` : ""}. Try again.`;
}
