/** One asset at large. */

export const about = "About this asset";
export const approved = "See who approved it";
export const asset = "Asset";
export const cancel = "Cancel";
export const edit = "Edit";
export const endUpload = "End this upload";
export const missing = "There is no such asset, or you may not see it.";
export const next = "Next asset";
export const openLink = "Open the address";
export const flagged = "It was flagged: decide";
export const openReview = "Open its review";
export const moveToTrash = "Delete";
export const decidedBy = "To be decided by";
export const pendingEdit = "This change waits for a review";
export const previous = "Previous asset";
export const restore = "Restore";
export const sameBytes = "The same file is in";
export const seeReview = "See why in its review";

export const uploadHint =
  "Its bytes have not all arrived. If nobody is sending them any more, the upload can be ended.";

export const groups = { file: "File", technical: "Technical", origin: "Origin" };

export const terms = {
  address: "Address",
  name: "Name",
  type: "Type",
  size: "Size",
  version: "Version",
  category: "Category",
  tags: "Tags",
  sha256: "SHA-256",
  onScreens: "On screens",
  uploadedBy: "Uploaded by",
  uploaded: "Uploaded",
  scan: "Virus check",
};

/** @param {string} name @param {string} contentType */
export function type(name, contentType) {
  return `${name} (${contentType})`;
}

/** @param {string} moment @param {string} when Such as: in 3 days. */
export function purged(moment, when) {
  return `Deleted for good on ${moment} (${when}).`;
}

/** @param {number} current @param {number | null | undefined} published */
export function version(current, published) {
  if (!published) return `${current}, not published`;
  if (published === current) return `${current}, published`;
  return `${current}; version ${published} is published`;
}

/** @param {string} status @param {string} signature @param {string} when */
export function scan(status, signature, when) {
  const at = when ? `, ${when}` : "";
  /** @type {Record<string, string>} */
  const words = {
    pending: "Not yet",
    clean: `Nothing found${at}`,
    infected: `${signature || "Virus"} found${at}`,
    unscannable: `Could not be checked${at}`,
    skipped: "Switched off",
  };
  return words[status] ?? status;
}

/** What players show of a file. */
export const onScreens = {
  as_it_is: "Shown as it is",
  converted: "Shown in a converted form",
  to_convert: "Is converted for screens",
  as_pages: "Shown page by page",
  never: "No screen shows files of this type",
};
