/** Choosing which playlists are played. */

import { addressOfPlaylist } from "../../address.js";
import { screens as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Link } from "../shared/link.js";

/**
 * @param {{ playlists: import("../../screen_types.js").Playlist[], chosen: string[], words: string,
 *   choose: ((ids: string[]) => void) | null }} props `choose` for whoever may; others see those
 *   that are played.
 */
export function ChoosePlaylists({ playlists, chosen, words, choose }) {
  const offered = choose ? playlists : playlists.filter((one) => chosen.includes(one.id));
  if (offered.length === 0) return html`<p class="hint">${choose ? t.noPlaylists : t.empty}</p>`;
  return html`<ul class="choice" aria-label=${words}>
    ${offered.map(
      ({ id, name }) =>
        html`<li key=${id}>
          ${choose &&
          html`<input
            type="checkbox"
            aria-label=${name}
            checked=${chosen.includes(id)}
            onChange=${(/** @type {any} */ event) => turn(id, event.currentTarget.checked)}
          />`}
          <${Link} to=${addressOfPlaylist(id)}><bdi>${name}</bdi><//>
        </li>`,
    )}
  </ul>`;

  /** @param {string} id @param {boolean} on */
  function turn(id, on) {
    choose?.(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  }
}
