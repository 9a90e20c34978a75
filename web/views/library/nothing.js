/** What stands there instead of assets: why, and what to do. */

import { filter, filters, isFiltered } from "../../address.js";
import { library as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { clear } from "./filters.js";

export function Nothing() {
  const { q, trashed, sort, order, ...others } = filters.value;
  if (!isFiltered.value) return html`<p class="panel hint">${t.nothing}</p>`;
  const isNarrowed = Object.keys(others).length > 0;
  const why = trashed ? whyInTrash(q, isNarrowed) : q ? t.nothingFor(q) : t.nothingFits;
  return html`<div class="panel hint nothing">
    <p role="status">${why}${q && html`${" "}${t.fewerWords}`}${q && isNarrowed && html`${" "}${t.fewerFilters}`}</p>
    <p class="nothing-ways">
      ${q &&
      isNarrowed &&
      html`<button class="button small" type="button" onClick=${onlyWords}>${t.onlyWords}</button>`}
      <button class="button small" type="button" onClick=${clear}>${t.clear}</button>
    </p>
  </div>`;

  function onlyWords() {
    filter(Object.fromEntries(Object.keys(others).map((name) => [name, ""])));
  }
}

/** @param {string | undefined} q @param {boolean} isNarrowed */
function whyInTrash(q, isNarrowed) {
  if (q) return t.nothingTrashedFor(q);
  return isNarrowed ? t.nothingTrashedFits : t.nothingTrashed;
}
