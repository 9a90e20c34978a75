/** A table as text, such as CSV, in rows and columns. */

import { stage as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";

/** So many rows are laid out; a page of more is slow to move. */
const MOST_ROWS = 500;

/** @param {{ text: string }} props */
export function Table({ text }) {
  const [heading, ...rows] = cellsOf(text, MOST_ROWS + 2);
  const left = rows.length > MOST_ROWS;
  return html`<div class="reading tabular" tabindex="0" role="group" aria-label=${t.table}>
    <table>
      <thead>
        <tr>${heading.map((cell, at) => html`<th key=${at} scope="col" dir="auto">${cell}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows
          .slice(0, MOST_ROWS)
          .map(
            (row, at) =>
              html`<tr key=${at}>${row.map((cell, place) => html`<td key=${place} dir="auto">${cell}</td>`)}</tr>`,
          )}
      </tbody>
    </table>
    ${left && html`<p class="hint">${t.rowsLeftOut(MOST_ROWS)}</p>`}
  </div>`;
}

/**
 * The cells of a table, row by row, as RFC 4180 has them; the separator is whichever of comma,
 * semicolon and tab the first line has most.
 * @param {string} text
 * @param {number} most Rows that are read.
 * @returns {string[][]}
 */
export function cellsOf(text, most) {
  const first = text.slice(0, text.search(/[\r\n]|$/));
  const count = (/** @type {string} */ one) => first.split(one).length;
  const [separator] = [",", ";", "\t"].sort((one, other) => count(other) - count(one));
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^${separator}\\r\\n]*))(${separator}|\\r?\\n|\\r|$)`, "gy");
  /** @type {string[][]} */
  const rows = [[]];
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (!found) break;
    rows[rows.length - 1].push(found[1]?.replaceAll('""', '"') ?? found[2]);
    if (found[3] === separator) continue;
    if (rows.length === most) break;
    if (cell.lastIndex < text.length) rows.push([]);
  }
  return rows;
}
