/** The page of the tenant's playlists. */

import { addressOfPlaylist, go } from "../../address.js";
import { wordsOf } from "../../api.js";
import { mayProgramme } from "../../data/me.js";
import { allPlaylists, makePlaylist } from "../../data/playlists.js";
import { common, playlists as t } from "../../texts.js";
import { html, useEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";
import { Tabs } from "../screens/tabs.js";

export function Playlists() {
  const found = useSignal(/** @type {import("../../screen_types.js").Playlist[] | null} */ (null));
  const problem = useSignal("");
  const key = useRef(crypto.randomUUID());
  useEffect(() => {
    allPlaylists().then(
      (playlists) => (found.value = playlists),
      (error) => (problem.value = wordsOf(error)),
    );
  }, []);
  return html`<${Sheet} title=${t.title} before=${html`<${Tabs} />`}>
    <p class="sheet-lead">${t.lead}</p>
    ${mayProgramme.value &&
    html`<form class="field-row field" aria-label=${t.newOne} onSubmit=${make}>
      <input name="name" required maxlength="200" dir="auto" autocomplete="off" aria-label=${t.name} placeholder=${t.name} />
      <button class="button primary"><${Icon} name="add" />${t.create}</button>
    </form>`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${found.value === null && !problem.value && html`<p class="hint" role="status">${common.loading}</p>`}
    ${found.value?.length === 0 && html`<p class="hint">${t.none}</p>`}
    ${found.value !== null &&
    found.value.length > 0 &&
    html`<ul class="collections panel" aria-label=${t.title}>
      ${found.value.map(
        ({ id, name, items, priority }) =>
          html`<li key=${id}>
            <${Link} to=${addressOfPlaylist(id)}><bdi>${name}</bdi><//>
            <span class="hint">${t.entries(items.length)}${priority !== 0 && ` · ${t.ofPriority(priority)}`}</span>
          </li>`,
      )}
    </ul>`}
  <//>`;

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function make(event) {
    event.preventDefault();
    problem.value = "";
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    try {
      const made = await makePlaylist({ name, items: [], priority: 0 }, key.current);
      go(addressOfPlaylist(made.id));
    } catch (error) {
      problem.value = wordsOf(error);
      key.current = crypto.randomUUID();
    }
  }
}
