/** What is said of all assets, as a table. */

import { number } from "../../wording/format.js";
import { counted } from "./common.js";

export const change = "Change the assets";
export const exportFailed = "The table could not be made. Try again.";
export const exportHint = "One row for each asset that you see, without the trash: title, description, tags, rights and more.";
export const exportTitle = "Fetch the table";
export const file = "Table (CSV)";
export const importFailed = "The table could not be read. Nothing was changed.";
export const importHint =
  "The columns of a table fetched here, any of them beside “id”. Columns that are left out stay as they are; an empty cell removes what stood there.";
export const importTitle = "Change assets by a table";
export const lead = "Everything that is said of assets, to be changed in a spreadsheet.";
export const make = "Make the table";
export const notForYou = "Editors and admins fetch the table and change assets by it.";
export const title = "Descriptions as a table";
export const tryIt = "Only say what would happen";
export const was = "Done:";
export const wouldBe = "Nothing is changed yet. It would be:";

/** @param {number} percent */
export function making(percent) {
  return `Making the table: ${percent} %`;
}

/** @param {number} percent */
export function reading(percent) {
  return `Reading the table: ${percent} %`;
}

/** @param {Record<string, number>} counts By what became of rows. */
export function counts({ changed = 0, in_review: waiting = 0, unchanged = 0, refused = 0 }) {
  const told = [`${counted(changed, "asset", "assets")} changed`];
  if (waiting > 0) told.push(`${number(waiting)} to be reviewed first`);
  if (unchanged > 0) told.push(`${number(unchanged)} as before`);
  if (refused > 0) told.push(`${counted(refused, "row", "rows")} refused`);
  return `${told.join(", ")}.`;
}

/** @param {number} row @param {{ field: string, message: string }[]} errors */
export function refusal(row, errors) {
  const why = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  return `Row ${number(row)}: ${why.join(" ")}`;
}

/** @param {number} count */
export function andMore(count) {
  return `and ${counted(count, "more row", "more rows")}`;
}
