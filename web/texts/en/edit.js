/** The form in which an asset is described. */

export const conflict = "Somebody else has changed it meanwhile. Saving again replaces what stands there:";
export const rights = "Rights";
export const save = "Save";
export const saveMine = "Save mine";
export const saved = "Saved.";
export const title = "Describe it";

export const hints = {
  alt_text: "What is to be seen, for those who do not see it.",
  category: "A path such as menus/summer.",
  tags: "With commas between them.",
};

export const names = {
  title: "Title",
  description: "Description",
  alt_text: "Alternative text",
  category: "Category",
  tags: "Tags",
  copyright: "Copyright",
  license: "Licence",
  attribution: "Attribution",
  usage_terms: "Terms of use",
  valid_from: "May be shown from",
  expires_at: "May be shown until",
};

/** @param {string[]} fields As the API calls them. */
export function savedAndWaiting(fields) {
  /** @type {Record<string, string>} */
  const known = names;
  const told = fields.map((field) => known[field] ?? field.replaceAll("_", " "));
  return `Saved. Waiting for a review: ${told.join(", ")}.`;
}

/** @param {keyof typeof names} name @param {string} value */
export function isNow(name, value) {
  return `${names[name]} is now “${value}”.`;
}
