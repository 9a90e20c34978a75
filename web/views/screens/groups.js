/** The page of groups of screens: what all of a group play, and changes tried by a few first. */

import { wordsOf } from "../../api.js";
import { mayProgramme } from "../../data/me.js";
import { allPlaylists } from "../../data/playlists.js";
import { allDevices, allGroups } from "../../data/screens.js";
import { common, screens as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Sheet } from "../shell/sheet.js";
import { GroupRow } from "./group_row.js";
import { Tabs } from "./tabs.js";

/** @typedef {import("../../screen_types.js").Group} Group */

export function Groups() {
  const found = useSignal(/** @type {Group[] | null} */ (null));
  const devices = useSignal(/** @type {import("../../screen_types.js").Device[]} */ ([]));
  const playlists = useSignal(/** @type {import("../../screen_types.js").Playlist[]} */ ([]));
  const problem = useSignal("");
  useEffect(() => void load(), []);
  return html`<${Sheet} title=${t.groups} before=${html`<${Tabs} />`}>
    <p class="sheet-lead">${t.groupsLead}</p>
    ${mayProgramme.value &&
    found.value &&
    html`<form class="field-row field" aria-label=${t.makeGroup} onSubmit=${begin}>
      <input name="name" required maxlength="100" dir="auto" autocomplete="off" aria-label=${t.newGroup}
        placeholder=${t.newGroup} />
      <button class="button"><${Icon} name="add" />${t.makeGroup}</button>
    </form>`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${found.value === null && !problem.value && html`<p class="hint" role="status">${common.loading}</p>`}
    ${found.value?.length === 0 && html`<p class="hint">${t.groupsNone}</p>`}
    ${found.value?.map(
      (group) =>
        html`<${GroupRow} key=${group.name} group=${group} playlists=${playlists.value}
          devices=${devices.value.filter((one) => one.groups.includes(group.name))} changed=${put} />`,
    )}
  <//>`;

  async function load() {
    try {
      const [groups, some, all] = await Promise.all([allGroups(), allPlaylists(), allDevices()]);
      playlists.value = some;
      devices.value = all;
      found.value = groups;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  /** Show a group that is not there yet: it is once it has playlists. @param {any} event */
  function begin(event) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    if (!name || found.value?.some((one) => one.name === name)) return;
    event.currentTarget.reset();
    put({ name, playlist_ids: [], rollout_id: null, last_rollout_id: null });
  }

  /** @param {Group} group */
  function put(group) {
    const others = (found.value ?? []).filter((one) => one.name !== group.name);
    found.value = [...others, group].sort((one, other) => one.name.localeCompare(other.name));
  }
}
