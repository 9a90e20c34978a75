/** Reporting what is wrong with an asset. */

export const comment = "What is wrong (optional)";
export const fold = "Report it to the moderators";
export const reason = "Reason";
export const send = "Report";
export const sent = "Reported: the moderators will look at it.";

/** @type {Record<string, string>} */
export const reasons = {
  inappropriate: "Inappropriate",
  copyright: "Copyright",
  privacy: "Privacy",
  quality: "Bad quality",
  outdated: "Outdated",
  other: "Something else",
};
