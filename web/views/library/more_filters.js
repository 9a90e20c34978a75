/** The filters that are asked for less often: category, days and sizes. */

import { filters } from "../../address.js";
import { library as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";

const MEGABYTE = 1024 ** 2;

/** Each filter by its name in the address, with its input's type. */
const INPUTS = /** @type {const} */ ([
  ["category", "search"],
  ["created_after", "date"],
  ["created_before", "date"],
  ["min_size_bytes", "number"],
  ["max_size_bytes", "number"],
]);

export function MoreFilters() {
  const chosen = filters.value;
  const used = INPUTS.some(([name]) => chosen[name]);
  return html`<details class="more-filters" open=${used}>
    <summary>${t.more}</summary>
    <div>
      ${INPUTS.map(
        ([name, type]) =>
          html`<label key=${name} class="filter">
            <span>${t.moreNames[name]}</span>
            <input
              name=${name}
              type=${type}
              min=${type === "number" ? 0 : undefined}
              step=${type === "number" ? "any" : undefined}
              value=${shown(name, chosen[name])}
              placeholder=${name === "category" ? t.categoryExample : undefined}
            />
          </label>`,
      )}
    </div>
  </details>`;
}

/**
 * What the address is to say of the filters in a form; sizes are written in megabytes.
 * @param {FormData} form
 * @returns {Record<string, string>}
 */
export function moreOf(form) {
  return Object.fromEntries(
    INPUTS.map(([name, type]) => {
      const text = String(form.get(name) ?? "").trim();
      return [name, type === "number" && text ? String(Math.round(+text * MEGABYTE)) : text];
    }),
  );
}

/** @param {string} name @param {string | undefined} value */
function shown(name, value) {
  if (!value) return "";
  if (!name.endsWith("_bytes")) return value;
  const size = +value / MEGABYTE;
  return String(+(size < 1 ? size.toPrecision(3) : size.toFixed(3)));
}
