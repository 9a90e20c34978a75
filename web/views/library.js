/** The grid of assets, and what stands there while it is loading, empty or out of reach. */

import { loadMore, more, openLibrary, order, problem, state } from "../library.js";
import { html, useEffect, useRef, useSignal } from "../vendor/preact.js";
import { Card } from "./card.js";
import { Icon } from "./icons.js";
import { targetOf } from "./steering.js";

const SKELETONS = 12;

export function Library() {
  return html`<section class="library" id="content" aria-labelledby="library-title" tabindex="-1">
    <h1 id="library-title">Library</h1>
    ${state.value === "failed" ? html`<${Failed} retry=${openLibrary} />` : html`<${Grid} />`}
    ${state.value === "ready" && html`<${More} />`}
  </section>`;
}

function Grid() {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const current = useSignal(/** @type {string | null} */ (null));
  if (state.value === "loading") {
    return html`<div class="grid" role="status" aria-label="Loading the library">
      ${Array.from({ length: SKELETONS }, (_, i) => html`<span key=${i} class="skeleton"></span>`)}
    </div>`;
  }
  const ids = order.value;
  const reachable = current.value && ids.includes(current.value) ? current.value : ids[0];
  return html`<ul class="grid" ref=${list} aria-label="Assets" onKeyDown=${steer}>
    ${ids.map(
      (id) =>
        html`<${Card}
          key=${id}
          id=${id}
          reachable=${id === reachable}
          onFocus=${() => (current.value = id)}
        />`,
    )}
  </ul>`;

  /** @param {KeyboardEvent} event */
  function steer(event) {
    const cards = [...(list.current?.querySelectorAll("a") ?? [])];
    const target = targetOf(event, cards);
    if (!target) return;
    event.preventDefault();
    target.focus();
  }
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
      ${now === "loading" ? "Loading…" : "Show more"}
    </button>
  </p>`;
}

/** @param {{ retry: () => void }} props */
function Failed({ retry }) {
  return html`<div class="message" role="alert">
    <${Icon} name="alert" />
    <p>The library could not be loaded. ${problem}</p>
    <button class="button" onClick=${retry}><${Icon} name="retry" />Try again</button>
  </div>`;
}
