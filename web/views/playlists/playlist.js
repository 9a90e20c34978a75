/** One playlist: what it shows, in which order, and when; saved as a whole. */

import { GROUPS, PLAYLISTS, SCREENS, addressOfDevice, go } from "../../address.js";
import { Problem, wordsOf } from "../../api.js";
import { mayProgramme } from "../../data/me.js";
import { loadPlaylist, removePlaylist, savePlaylist } from "../../data/playlists.js";
import { allDevices, allGroups } from "../../data/screens.js";
import { say } from "../../data/toasts.js";
import { common, playlists as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";
import { Add } from "./add.js";
import { Items } from "./items.js";

/** @typedef {import("../../screen_types.js").PlaylistItem} PlaylistItem */

/** An entry as it is edited; `key` stays with it wherever it is moved. @typedef {{ key: string, item: PlaylistItem }} Entry */

/** @typedef {{ name: string, priority: number, entries: Entry[] }} Draft */

const BACK = html`<p class="sheet-back">
  <${Link} to=${PLAYLISTS}><${Icon} name="previous" class="turns" />${t.back}<//>
</p>`;

/** @param {{ id: string }} props */
export function Playlist({ id }) {
  const draft = useSignal(/** @type {Draft | null} */ (null));
  const saved = useSignal("");
  const tag = useSignal("");
  const problem = useSignal("");
  const saving = useSignal(false);
  useEffect(() => void load(), [id]);
  if (!draft.value) {
    return html`<${Sheet} title=${t.title} before=${BACK}>
      ${problem.value
        ? html`<p class="wrong" role="alert">${problem}</p>`
        : html`<p class="hint" role="status">${common.loading}</p>`}
    <//>`;
  }
  const { name, priority, entries } = draft.value;
  const may = mayProgramme.value;
  const unsaved = JSON.stringify(wantedOf(draft.value)) !== saved.value;
  return html`<${Sheet} title=${name} before=${BACK}>
    ${may &&
    html`<form id="playlist" class="field-row playlist-head" aria-label=${t.title} onSubmit=${save}>
      <div class="field">
        <label for="playlist-name">${t.name}</label>
        <input id="playlist-name" required maxlength="200" dir="auto" autocomplete="off" value=${name}
          onInput=${(/** @type {any} */ e) => put({ name: e.currentTarget.value })} />
      </div>
      <div class="field narrow">
        <label for="playlist-priority">${t.priority}</label>
        <input id="playlist-priority" type="number" min="-1000" max="1000" step="1" value=${priority}
          aria-describedby="playlist-priority-hint"
          onInput=${(/** @type {any} */ e) => put({ priority: Math.trunc(Number(e.currentTarget.value)) })} />
      </div>
      <p class="hint" id="playlist-priority-hint">${t.priorityHint}</p>
    </form>`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    <section class="panel" aria-label=${t.items}>
      <h2 class="small-heading">${t.items}</h2>
      ${entries.length === 0
        ? html`<p class="hint">${t.empty}</p>`
        : html`<${Items} entries=${entries} change=${may ? change : null} />`}
    </section>
    ${may && html`<${Add} add=${add} />`}
    ${may &&
    html`<div class="field-row save-row">
      <button class="button primary" form="playlist" disabled=${saving.value || !unsaved}>${t.save}</button>
      <span class="hint" role="status">${unsaved && t.unsaved}</span>
      <button class="button danger" type="button" onClick=${remove}><${Icon} name="trash" />${t.removeAll}</button>
    </div>`}
    <${PlayedBy} id=${id} />
  <//>`;

  async function load() {
    problem.value = "";
    try {
      take(await loadPlaylist(id));
    } catch (error) {
      const gone = error instanceof Problem && error.status === 404;
      problem.value = gone ? t.missing : wordsOf(error);
    }
  }

  /** @param {import("../../data/playlists.js").TaggedPlaylist} found */
  function take(found) {
    const { name, priority, items } = found.body;
    const entries = items.map((item) => ({ key: crypto.randomUUID(), item }));
    draft.value = { name, priority, entries };
    saved.value = JSON.stringify(wantedOf(draft.value));
    tag.value = found.tag;
  }

  /** @param {Partial<Draft>} changes */
  function put(changes) {
    draft.value = { .../** @type {Draft} */ (draft.value), ...changes };
  }

  /** @param {(entries: Entry[]) => Entry[]} update From what is there then. */
  function change(update) {
    put({ entries: update(/** @type {Draft} */ (draft.value).entries) });
  }

  /** @param {PlaylistItem} item */
  function add(item) {
    change((entries) => [...entries, { key: crypto.randomUUID(), item }]);
  }

  /** @param {Event} event */
  async function save(event) {
    event.preventDefault();
    const wanted = wantedOf(/** @type {Draft} */ (draft.value));
    problem.value = "";
    saving.value = true;
    try {
      take(await savePlaylist(id, wanted, tag.value));
      say(t.saved);
    } catch (error) {
      if (error instanceof Problem && error.status === 412) {
        tag.value = (await loadPlaylist(id)).tag;
        problem.value = t.conflict;
      } else problem.value = wordsOf(error);
    } finally {
      saving.value = false;
    }
  }

  async function remove() {
    if (!confirm(t.removeSure)) return;
    try {
      await removePlaylist(id);
      say(t.removed);
      go(PLAYLISTS);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/** @param {Draft} draft */
function wantedOf({ name, priority, entries }) {
  return { name: name.trim(), items: entries.map(({ item }) => item), priority };
}

/** @param {{ id: string }} props */
function PlayedBy({ id }) {
  const devices = useSignal(/** @type {import("../../screen_types.js").Device[] | null} */ (null));
  const groups = useSignal(/** @type {string[]} */ ([]));
  useEffect(() => {
    // Without it the page still is good for something.
    Promise.all([allDevices(), allGroups()]).then(
      ([some, named]) => {
        groups.value = named.filter((one) => one.playlist_ids.includes(id)).map((one) => one.name);
        devices.value = some.filter((one) => one.playlist_ids.includes(id));
      },
      () => {},
    );
  }, [id]);
  if (devices.value === null) return null;
  const names = [
    ...groups.value.map((name) => html`<li key=${`g ${name}`} dir="auto">${t.group(name)}</li>`),
    ...devices.value.map(
      (one) => html`<li key=${one.id}><${Link} to=${addressOfDevice(one.id)}><bdi>${one.name}</bdi><//></li>`,
    ),
  ];
  return html`<section class="panel" aria-label=${t.playedBy}>
    <h2 class="small-heading">${t.playedBy}</h2>
    ${names.length === 0 ? html`<p class="hint">
          ${t.nowhere}${" "}<${Link} to=${SCREENS}>${t.toScreens}<//>${" · "}<${Link} to=${GROUPS}>${t.toGroups}<//>
        </p>` : html`<ul class="choice">${names}</ul>`}
  </section>`;
}
