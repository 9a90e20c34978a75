/** A page beside the library: its heading gets the keyboard, and its name the browser's tab. */

import { shell as t } from "../../texts.js";
import { html, useEffect, useRef } from "../../vendor/preact.js";

/**
 * @param {{ title: string, name?: string, before?: unknown, wide?: boolean,
 *   children: import("../../vendor/preact.js").ComponentChildren }} props `name` is the tab's, where
 *   it is another than the heading; `before` stands above the heading.
 */
export function Sheet({ title, name = title, before, wide = false, children }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    document.title = t.tab(name);
    return () => {
      document.title = t.reef;
    };
  }, [name]);
  return html`<main class=${`main sheet ${wide ? "wide" : ""}`} id="content" tabindex="-1">
    ${before}
    <h1 ref=${heading} tabindex="-1" dir="auto">${title}</h1>
    ${children}
  </main>`;
}
