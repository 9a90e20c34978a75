/** The page in English, by the parts of the page. */

export * as assets from "./assets.js";
export * as collections from "./collections.js";
export * as comments from "./comments.js";
export * as common from "./common.js";
export * as descriptions from "./descriptions.js";
export * as detail from "./detail.js";
export * as edit from "./edit.js";
export * as flags from "./flags.js";
export * as inbox from "./inbox.js";
export * as library from "./library.js";
export * as moderation from "./moderation.js";
export * as playlists from "./playlists.js";
export * as problems from "./problems.js";
export * as reviews from "./reviews.js";
export * as screens from "./screens.js";
export * as searches from "./searches.js";
export * as settings from "./settings.js";
export * as shell from "./shell.js";
export * as shares from "./shares.js";
export * as stage from "./stage.js";
export * as templates from "./templates.js";
export * as uploads from "./uploads.js";
export * as versions from "./versions.js";

/** The language for the forms of numbers and times that are put into sentences. */
export const language = "en";
