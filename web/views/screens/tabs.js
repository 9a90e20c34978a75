/** The way between screens, their groups and playlists. */

import { GROUPS, PLAYLISTS, SCREENS, place } from "../../address.js";
import { playlists, screens as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Link } from "../shared/link.js";

const TABS = /** @type {const} */ ([
  ["screens", SCREENS, t.title],
  ["playlists", PLAYLISTS, playlists.title],
  ["groups", GROUPS, t.groups],
]);

export function Tabs() {
  return html`<nav class="tabs" aria-label=${t.sections}>
    ${TABS.map(
      ([name, to, words]) =>
        html`<${Link} key=${name} to=${to} aria-current=${place.value.name === name ? "page" : undefined}>
          ${words}
        <//>`,
    )}
  </nav>`;
}
