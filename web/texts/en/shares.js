/** Share links: made, passed on, counted. */

import { number } from "../../wording/format.js";
import { counted } from "./common.js";

export const address = "Address";
export const change = "Change";
export const close = "Close";
export const comments = "Visitors may comment";
export const copied = "Copied";
export const copy = "Copy";
export const countries = "By country";
export const create = "Make the link";
export const csv = "Save as CSV";
export const bytes = "Downloaded";
export const day = "Day";
export const days = "Day by day";
export const devices = "By device";
export const downloadLimit = "Most downloads";
export const downloadLimitHint = "Empty for no limit.";
export const downloads = "Downloads";
export const download = "Visitors may download";
export const embed = "Code for a web page";
export const emails = "E-mail addresses";
export const emailsHint = "With commas between. Each gets a mail, and opens the link by a code.";
export const ended = "Ended";
export const expires = "Good for";
export const figures = "Figures";
export const inAll = "Of all links and members";
export const lead = "The links that you have made, newest first.";
export const leadAdmin = "The links that members have made, newest first.";
export const made = "The link is made";
export const newLink = "Share…";
export const none = "There are no links yet. Open an asset that is published, and share it.";
export const noVisits = "Nobody has opened it in the last 30 days.";
export const passOn = "Pass it on";
export const password = "Password";
export const passwordHint = "At least 8 characters. Pass it on by another way than the link.";
export const passwordKept = "Empty keeps the password that it has.";
export const passwordOnce = "The password is shown this once.";
export const preview = "Visitors see it before they download";
export const qr = "QR code of the address";
export const readComments = "What visitors comment";
export const referrers = "By the page that led here";
export const renew = "New address";
export const renewHint = "The old address stops working at once.";
export const renewed = "The link has a new address; the old one does not work any more.";
export const revoke = "Revoke";
export const revoked = "The link is revoked.";
export const save = "Save";
export const short = "Short address";
export const sources = "By way";
export const suggest = "Suggest one";
export const terms = "Share link";
export const title = "Shared links";
export const titleField = "Title";
export const titleHint = "Shown instead of the asset’s.";
export const type = "Who may open it";
export const unchanged = "As long as before";
export const unnamed = "An asset";
export const views = "Views";
export const visitors = "Visitors";

/** @type {[import("../../types.js").ShareLink["share_type"], string][]} */
export const types = [
  ["public", "Whoever has the link"],
  ["protected", "Whoever has the password"],
  ["private", "Members, and the people named"],
];

/** @type {[number, string][]} Hours, and what they are called. */
export const durations = [
  [1, "an hour"],
  [24, "a day"],
  [168, "a week"],
  [720, "30 days"],
  [8760, "a year"],
];
export const never = "Until it is revoked";

/** @type {Record<string, string>} */
export const networks = {
  x: "X",
  facebook: "Facebook",
  linkedin: "LinkedIn",
  whatsapp: "WhatsApp",
  telegram: "Telegram",
  email: "E-mail",
};

/** Ways to a link, as the API calls them. @type {Record<string, string>} */
export const sourceNames = {
  page: "page",
  short_link: "short address",
  qr: "QR code",
  embed: "embedded",
  api: "programs",
  member: "members",
};

/** @type {Record<string, string>} */
export const deviceNames = { desktop: "computer", tv: "television" };

/** @type {Record<string, string>} */
export const typeNames = { public: "Public", protected: "Password", private: "Private" };

/** @param {string | null} when */
export function until(when) {
  return when ? `Until ${when}` : "Without an end";
}

/** @param {number} views @param {number} downloads @param {number | null} most */
export function counts(views, downloads, most) {
  const taken = most === null ? counted(downloads, "download", "downloads") : `${number(downloads)} of ${number(most)} downloads`;
  return `${counted(views, "view", "views")} · ${taken}`;
}

/** @param {string} name */
export function of(name) {
  return `Share link of ${name}`;
}

/** @param {string} day @param {number} views @param {number} downloads */
export function ofDay(day, views, downloads) {
  return `${day}: ${counted(views, "view", "views")}, ${counted(downloads, "download", "downloads")}`;
}

/** @param {number} days */
export function range(days) {
  return `The last ${days} days`;
}

/** @param {number} bots */
export function bots(bots) {
  return `${counted(bots, "look", "looks")} by crawlers and link previews, not counted above.`;
}
