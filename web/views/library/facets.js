/** What there is among the assets shown, with counts; each narrows the library to it, or no more. */

import { filter, filters, tags } from "../../address.js";
import { facets, loadFacets, uncounted } from "../../data/facets.js";
import { changes, state } from "../../data/library.js";
import { assets, common, library as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { number } from "../../wording/format.js";

/** So wide a page has room for them beside the assets. */
const WIDE = "(min-width: 64rem)";

const FEW = 8;

/** Changes follow one another; counts are asked for when they rest, and once more when the index knows
 *  of them for certain, in milliseconds. */
const RESTS_MS = [600, 3000];

const NAMES = /** @type {const} */ (["kind", "status", "category", "tag"]);

export function Facets() {
  const open = useSignal(matchMedia(WIDE).matches);
  const chosen = filters.value;
  const text = JSON.stringify(chosen);
  const change = changes.value;
  // Where nothing is shown, nothing is counted, until the library is asked for again.
  const failed = state.value === "failed";
  useEffect(() => {
    if (open.value && !failed) loadFacets(chosen);
  }, [text, open.value, failed]);
  useEffect(() => {
    if (!open.value || !change) return;
    const timers = RESTS_MS.map((rest) => setTimeout(() => loadFacets(chosen), rest));
    return () => timers.forEach(clearTimeout);
  }, [change]);
  const counts = facets.value;
  // In the trash everything has the same status.
  const names = NAMES.filter((name) => name !== "status" || !chosen.trashed);
  const some = counts && names.some((name) => Object.keys(counts[name]).length > 0);
  return html`<details
    class="facets"
    open=${open.value}
    onToggle=${(/** @type {any} */ event) => (open.value = event.currentTarget.open)}
  >
    <summary>${t.facets}</summary>
    ${some &&
    html`<div class="facet-groups">
      ${names.map((name) => html`<${Group} key=${name} name=${name} counts=${counts[name]} />`)}
    </div>`}
    ${uncounted.value &&
    !failed &&
    html`<p class="hint" role="status">${t.facetsFailed}</p>
      <button class="button small" type="button" onClick=${() => loadFacets(chosen)}>
        ${common.tryAgain}
      </button>`}
    ${counts && !some && html`<p class="hint">${t.noFacets}</p>`}
    ${counts?.approximate && html`<p class="hint">${t.approximate}</p>`}
  </details>`;
}

/** @param {{ name: typeof NAMES[number], counts: Record<string, number> }} props */
function Group({ name, counts }) {
  const whole = useSignal(false);
  const sorted = Object.entries(counts).sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
  const shown = whole.value ? sorted : sorted.slice(0, FEW);
  if (sorted.length === 0) return null;
  return html`<section>
    <h2>${t.facetNames[name]}</h2>
    <ul>
      ${shown.map(
        ([value, count]) =>
          html`<li key=${value}>
            <button
              class="facet"
              type="button"
              aria-pressed=${isChosen(name, value)}
              onClick=${() => turn(name, value)}
            >
              <span dir="auto" title=${wordsOf(name, value)}>${wordsOf(name, value)}</span>${" "}
              <span class="facet-count">${number(count)}</span>
            </button>
          </li>`,
      )}
    </ul>
    ${sorted.length > FEW &&
    html`<button
      class="button small quiet"
      type="button"
      aria-expanded=${whole.value}
      onClick=${() => (whole.value = !whole.value)}
    >
      ${whole.value ? t.fewer : t.moreOf(sorted.length - FEW)}
    </button>`}
  </section>`;
}

/** @param {typeof NAMES[number]} name @param {string} value */
function wordsOf(name, value) {
  if (name === "kind") return t.kinds[value] ?? value;
  return name === "status" ? (assets.statuses[value] ?? value) : value;
}

/** @param {typeof NAMES[number]} name @param {string} value */
function isChosen(name, value) {
  return name === "tag" ? isTagged(value) : filters.value[name] === value;
}

/** Tags are one whatever their case. @param {string} value */
function isTagged(value) {
  return tags.value.some((tag) => isSame(tag, value));
}

/** @param {string} a @param {string} b */
function isSame(a, b) {
  return a.normalize("NFKC").toLowerCase() === b.normalize("NFKC").toLowerCase();
}

/** @param {typeof NAMES[number]} name @param {string} value */
function turn(name, value) {
  if (name !== "tag") {
    filter({ [name]: isChosen(name, value) ? "" : value });
    return;
  }
  const left = tags.value.filter((tag) => !isSame(tag, value));
  filter({ tag: (isTagged(value) ? left : [...left, value]).join("\n") });
}
