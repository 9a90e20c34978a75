/** The grid of assets, and what stands there while it is loading, empty or out of reach. */

import { DESCRIPTIONS, filters, view } from "../../address.js";
import { mayCollect } from "../../data/me.js";
import { countOf } from "../../data/facets.js";
import { loadMore, matched, more, openLibrary, order, problem, state, tenant } from "../../data/library.js";
import { common, library as t } from "../../texts.js";
import { clearSelection, extendTo, selectAll, toggle } from "../../data/selection.js";
import { html, useEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Card } from "./card.js";
import { Chosen } from "./chosen.js";
import { Facets } from "./facets.js";
import { FOUND, Filters } from "./filters.js";
import { Nothing } from "./nothing.js";
import { SavedSearches } from "./saved_searches.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { cardOf, focusWanted, targetOf } from "./steering.js";
import { cardsOf, columnsOf, placeOf, roomOf, useRows } from "./window.js";

const SKELETONS = 12;

export function Library() {
  return html`<section class="library" id="content" aria-labelledby="library-title" tabindex="-1">
    <h1 id="library-title">${filters.value.trashed === "true" ? t.trash : t.title}</h1>
    <${Filters} />
    <${SavedSearches} />
    <div class="found">
      <${Facets} />
      <div class="found-assets" id=${FOUND}>
        <${Chosen} />
        <${Matched} />
        <${Count} />
        ${state.value === "failed" ? html`<${Failed} retry=${openLibrary} />` : html`<${Grid} />`}
        ${state.value === "ready" && html`<${More} />`}
      </div>
    </div>
  </section>`;
}

function Grid() {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const current = useSignal("");
  const ids = order.value;
  const rows = useRows(list, state.value === "loading" ? 0 : ids.length, view.value);
  const isWanted = focusWanted.value !== "";
  useEffect(() => {
    const wanted = focusWanted.value; // by now: keys may have been pressed since this was drawn
    if (!isWanted || !wanted) return;
    const card = cardOf(wanted);
    if (card) card.focus();
    if (card || !ids.includes(wanted)) focusWanted.value = "";
    else current.value = wanted; // which brings it into the page
  });
  if (state.value === "loading") {
    return html`<div class="grid" role="status" aria-label=${t.loading}>
      ${Array.from({ length: SKELETONS }, (_, i) => html`<span key=${i} class="skeleton"></span>`)}
    </div>`;
  }
  if (ids.length === 0) return html`<${Nothing} />`;
  const kept = ids.indexOf(current.value);
  const reachable = ids[Math.max(0, kept)];
  return html`<ul
    class=${`grid ${view.value} ${rows ? "long" : ""}`}
    ref=${list}
    aria-label=${t.assets}
    style=${roomOf(rows, ids.length)}
    onKeyDown=${steer}
  >
    ${cardsOf(rows, ids.length, Math.max(0, kept)).map(
      (at) =>
        html`<${Card}
          key=${ids[at]}
          id=${ids[at]}
          place=${placeOf(rows, at)}
          position=${rows ? { "aria-posinset": at + 1, "aria-setsize": ids.length } : {}}
          reachable=${ids[at] === reachable}
          onFocus=${() => (current.value = ids[at])}
        />`,
    )}
  </ul>`;

  /** @param {KeyboardEvent} event */
  function steer(event) {
    if (!list.current) return;
    const at = ids.indexOf(idOf(document.activeElement));
    const target = ids[targetOf(event, at, ids.length, columnsOf(list.current))];
    if (target) {
      if (event.shiftKey) [ids[at], target].forEach(extendTo);
      focusWanted.value = target;
      cardOf(target)?.focus();
    } else if (event.key === " ") toggle(idOf(document.activeElement));
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) selectAll();
    else if (event.key === "Escape") clearSelection();
    else return;
    event.preventDefault();
  }
}

/** @param {Element | null} card */
function idOf(card) {
  return card?.getAttribute("data-asset") ?? "";
}

/** Says that words were taken for others, which is no news to whoever sees it, but to listeners. */
function Matched() {
  const similar = state.value === "ready" && matched.value === "similar";
  return html`<p class=${similar ? "message similar" : "unseen"} role="status">
    ${similar && t.similar(filters.value.q ?? "")}
  </p>`;
}

/** How many there are, and in the trash how long they stay. */
function Count() {
  const chosen = filters.value;
  const trashed = chosen.trashed === "true";
  const shown = order.value.length;
  const days = tenant.value?.settings?.TRASH_RETENTION_DAYS;
  const counted = countOf(chosen) ?? 0;
  const all = more.value === "none" ? shown : counted;
  const known = state.value === "ready" && shown > 0;
  const nothing = state.value === "ready" && shown === 0;
  return html`<p class="hint count-found" hidden=${nothing}>
    <span role="status">${known && (more.value === "none" || counted > shown ? t.count(all) : t.moreThan(shown))}</span>
    ${known && !trashed && mayCollect.value && html`${" · "}<${Link} to=${DESCRIPTIONS}>${t.descriptions}<//>`}
    ${known && trashed && days !== undefined && html`${" · "}${t.retention(days)}`}
  </p>`;
}

/** Loads the next page when its place comes near, or by its button. */
function More() {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const now = more.value;
  useEffect(() => {
    if (now !== "available" || !place.current) return;
    const watch = new IntersectionObserver(
      (seen) => seen.some((entry) => entry.isIntersecting) && loadMore(),
      { rootMargin: "600px" },
    );
    watch.observe(place.current);
    return () => watch.disconnect();
  }, [now]);
  if (now === "none") return null;
  if (now === "failed") return html`<${Failed} retry=${loadMore} />`;
  return html`<p class="more" ref=${place}>
    <button class="button" disabled=${now === "loading"} onClick=${loadMore}>
      ${now === "loading" ? common.loading : common.showMore}
    </button>
  </p>`;
}

/** @param {{ retry: () => void }} props */
function Failed({ retry }) {
  return html`<div class="message" role="alert">
    <${Icon} name="alert" />
    <p>${t.failed} ${problem}</p>
    <button class="button" onClick=${retry}><${Icon} name="retry" />${common.tryAgain}</button>
  </div>`;
}
