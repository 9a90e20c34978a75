/** Values as they were and as they are or would be, field by field. */

import { html } from "../../vendor/preact.js";
import { fieldWords, isEmpty, valueWords } from "../../wording/edits.js";

/** @typedef {{ field: string, old: unknown, new: unknown }} Change */

/** @param {{ changes: Change[] }} props */
export function Changes({ changes }) {
  return html`<dl class="changes">
    ${changes.map(
      ({ field, old, new: fresh }) =>
        html`<div key=${field}>
          <dt>${fieldWords(field)}</dt>
          <dd>
            ${!isEmpty(old) && html`<del dir="auto">${valueWords(old, field)}</del>${" "}`}
            <ins dir="auto">${valueWords(fresh, field)}</ins>
          </dd>
        </div>`,
    )}
  </dl>`;
}

/**
 * What an edit that waits for a review would change.
 * @param {import("../../types.js").Asset | null} asset
 * @param {Record<string, unknown>} proposed
 * @returns {Change[]}
 */
export function proposedChanges(asset, proposed) {
  /** @type {Record<string, unknown>} */
  const now = { ...asset };
  return Object.entries(proposed).map(([field, fresh]) => ({ field, old: now[field], new: fresh }));
}
