/** One screen: how it is, what plays on it when, and what may be changed of it. */

import { SCREENS, addressOf, addressOfPlaylist, go } from "../../address.js";
import { Problem, wordsOf } from "../../api.js";
import { assetOf, loadAsset } from "../../data/library.js";
import { isAdmin, mayProgramme } from "../../data/me.js";
import { allPlaylists } from "../../data/playlists.js";
import { allGroups, changeDevice, giveDevice, loadDevice, removeDevice } from "../../data/screens.js";
import { say } from "../../data/toasts.js";
import { common, screens as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { bytes, fromNow, moment } from "../../wording/format.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";
import { ChoosePlaylists } from "./choose.js";
import { DayGlance } from "./day.js";
import { SaidFields, saidIn } from "./said.js";
import { State } from "./state.js";

/** @typedef {import("../../data/screens.js").TaggedDevice} Tagged */
/** @typedef {import("../../screen_types.js").Device} Device */
/** @typedef {import("../../screen_types.js").Playlist} Playlist */

const BACK = html`<p class="sheet-back">
  <${Link} to=${SCREENS}><${Icon} name="previous" class="turns" />${t.back}<//>
</p>`;

/** @param {{ id: string }} props */
export function Device({ id }) {
  const found = useSignal(/** @type {Tagged | null} */ (null));
  const playlists = useSignal(/** @type {Playlist[]} */ ([]));
  const groups = useSignal(/** @type {import("../../screen_types.js").Group[]} */ ([]));
  const problem = useSignal("");
  const changes = useSignal(0);
  useEffect(() => void load(), [id]);
  if (!found.value) {
    return html`<${Sheet} title=${t.title} before=${BACK}>
      ${problem.value
        ? html`<p class="wrong" role="alert">${problem}</p>`
        : html`<p class="hint" role="status">${common.loading}</p>`}
    <//>`;
  }
  const device = found.value.body;
  const ofGroups = groups.value.filter((one) => device.groups.includes(one.name));
  return html`<${Sheet} title=${device.name} before=${BACK}>
    <p class="screen-state"><${State} device=${device} /></p>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    <section class="panel" aria-label=${t.state}><${Facts} device=${device} /></section>
    <section class="panel" aria-label=${t.day}>
      <h2 class="small-heading">${t.day}</h2>
      <${DayGlance} id=${id} changes=${changes.value} playlists=${playlists.value} />
    </section>
    <section class="panel stack" aria-label=${t.playlists}>
      <h2 class="small-heading">${t.giveOne}</h2>
      <${ChoosePlaylists} playlists=${playlists.value} chosen=${device.playlist_ids} words=${t.giveOne}
        choose=${mayProgramme.value ? give : null} />
      ${ofGroups.length > 0 &&
      html`<h2 class="small-heading">${t.groupsOf}</h2>
        <ul class="choice">
          ${ofGroups.map((one) => html`<${OfGroup} key=${one.name} group=${one} playlists=${playlists.value} />`)}
        </ul>`}
    </section>
    ${isAdmin.value &&
    html`<details class="fold panel">
      <summary>${t.edit}</summary>
      <form class="screen-form" aria-label=${t.edit} onSubmit=${change}>
        <${SaidFields} id="device" device=${device} />
        <div class="field-row">
          <button class="button primary">${t.save}</button>
          <button class="button danger" type="button" onClick=${remove}>
            <${Icon} name="trash" />${t.remove}
          </button>
        </div>
      </form>
    </details>`}
  <//>`;

  async function load() {
    problem.value = "";
    try {
      const [loaded, some, all] = await Promise.all([loadDevice(id), allPlaylists(), allGroups()]);
      playlists.value = some;
      groups.value = all;
      found.value = loaded;
    } catch (error) {
      const gone = error instanceof Problem && error.status === 404;
      problem.value = gone ? t.missing : wordsOf(error);
    }
  }

  /** @param {string[]} ids */
  function give(ids) {
    return attempt((tag) => giveDevice(id, ids, tag));
  }

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  function change(event) {
    event.preventDefault();
    const said = saidIn(new FormData(event.currentTarget));
    return attempt((tag) => changeDevice(id, said, tag));
  }

  /** @param {(tag: string) => Promise<Tagged>} deed Refused where somebody else was faster. */
  async function attempt(deed) {
    problem.value = "";
    try {
      const { tag } = await deed(found.value?.tag ?? "");
      // What it is not given depends on what was changed.
      found.value = { ...(await loadDevice(id)), tag };
      changes.value += 1;
      say(t.saved);
    } catch (error) {
      if (error instanceof Problem && error.status === 412) await load();
      problem.value = wordsOf(error);
    }
  }

  async function remove() {
    if (!confirm(t.removeSure)) return;
    try {
      await removeDevice(id);
      say(t.removed);
      go(SCREENS);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/** @param {{ device: Device }} props */
function Facts({ device }) {
  const { errors, left_out: leftOut = [], last_seen_at: seen, free_bytes: free } = device;
  /** @type {[string, unknown][]} */
  const facts = [
    [t.playing, device.playing ? html`<${AssetLink} id=${device.playing} />` : t.nothingPlays],
    [t.lastSeen, seen && html`<time datetime=${seen}>${moment(seen)}</time>, ${fromNow(seen)}`],
    [t.freeSpace, free !== null && bytes(free)],
    [t.board, device.board],
    [t.anthias, device.anthias_version],
    [t.agent, device.agent_version],
    [t.timeZone, device.time_zone],
    [t.groups, device.groups.join(", ")],
  ];
  return html`<dl class="screen-facts">
      ${facts
        .filter(([, value]) => value)
        .map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd dir="auto">${value}</dd></div>`)}
    </dl>
    ${errors.length > 0 &&
    html`<h2 class="small-heading">${t.errors}</h2>
      <ul class="screen-errors" dir="auto">${errors.map((error, at) => html`<li key=${at}>${error}</li>`)}</ul>`}
    ${leftOut.length > 0 &&
    html`<h2 class="small-heading">${t.leftOut}</h2>
      <ul class="choice">
        ${leftOut.map(
          (one) =>
            html`<li key=${one.asset_id}>
              <${AssetLink} id=${one.asset_id} /><span class="hint">${t.leftOutReasons[one.reason]}</span>
            </li>`,
        )}
      </ul>`}`;
}

/** @param {{ group: import("../../screen_types.js").Group, playlists: Playlist[] }} props */
function OfGroup({ group, playlists }) {
  const names = playlists.filter((one) => group.playlist_ids.includes(one.id));
  return html`<li>
    <strong dir="auto">${group.name}</strong>
    ${names.length === 0
      ? html`<span class="hint">${t.empty}</span>`
      : names.map((one) => html`<${Link} key=${one.id} to=${addressOfPlaylist(one.id)}><bdi>${one.name}</bdi><//>`)}
  </li>`;
}

/** @param {{ id: string }} props An asset's; its detail lies over the library. */
function AssetLink({ id }) {
  useEffect(() => {
    if (!assetOf(id).value) loadAsset(id).catch(() => {});
  }, [id]);
  return html`<${Link} to=${addressOf(id)}><bdi>${assetOf(id).value?.title ?? id}</bdi><//>`;
}
