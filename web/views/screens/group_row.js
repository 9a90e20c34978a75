/** One group of screens: who is in it, and what all of it plays. */

import { addressOfDevice, addressOfRollout, go } from "../../address.js";
import { wordsOf } from "../../api.js";
import { mayProgramme } from "../../data/me.js";
import { giveGroup, stateOf } from "../../data/screens.js";
import { say } from "../../data/toasts.js";
import { screens as t } from "../../texts.js";
import { html, useId, useSignal } from "../../vendor/preact.js";
import { Link } from "../shared/link.js";
import { ChoosePlaylists } from "./choose.js";

/**
 * @param {{ group: import("../../screen_types.js").Group, devices: import("../../screen_types.js").Device[],
 *   playlists: import("../../screen_types.js").Playlist[],
 *   changed: (group: import("../../screen_types.js").Group) => void }} props
 */
export function GroupRow({ group, devices, playlists, changed }) {
  const chosen = useSignal(group.playlist_ids);
  const tries = useSignal(false);
  const problem = useSignal("");
  const acting = useSignal(false);
  const id = useId();
  const { name, rollout_id: running, last_rollout_id: last } = group;
  const changes = !isSame(chosen.value, group.playlist_ids);
  const live = devices.filter((device) => stateOf(device) === "online").length;
  return html`<section class="panel stack" aria-label=${name}>
    <h2 class="link-title" dir="auto">${name}</h2>
    <p class="hint screen-names">
      ${t.screens(devices.length)}${devices.length > 0 && ": "}
      ${devices.map(
        (device) => html`<${Link} key=${device.id} to=${addressOfDevice(device.id)}><bdi>${device.name}</bdi><//>${" "}`,
      )}
    </p>
    ${last &&
    html`<p><${Link} to=${addressOfRollout(last)}>${running ? t.watchRollout : t.showRollout}<//></p>`}
    <form class="stack" aria-label=${t.playlistsOf(name)} onSubmit=${give}>
      <${ChoosePlaylists} playlists=${playlists} chosen=${chosen.value} words=${t.playlistsOf(name)}
        choose=${mayProgramme.value && !running ? (/** @type {string[]} */ ids) => (chosen.value = ids) : null} />
      ${changes &&
      html`${live > 0 &&
        html`<label class="check">
          <input type="checkbox" checked=${tries.value}
            onChange=${(/** @type {any} */ e) => (tries.value = e.currentTarget.checked)} />
          ${t.canary}
        </label>`}
        ${tries.value &&
        html`<div class="field-row canary">
            <div class="field">
              <label for=${`${id}-devices`}>${t.canaryDevices}</label>
              <input id=${`${id}-devices`} name="devices" type="number" min="1" max=${Math.min(100, live)} required defaultValue="1" />
            </div>
            <div class="field">
              <label for=${`${id}-minutes`}>${t.canaryMinutes}</label>
              <input id=${`${id}-minutes`} name="minutes" type="number" min="0.1" max="10080" step="any" required defaultValue="10" />
            </div>
          </div>
          <p class="hint">${t.canaryHint}</p>`}
        <div class="field-row"><button class="button primary" disabled=${acting.value}>${t.give}</button></div>`}
      ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    </form>
  </section>`;

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function give(event) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const canary = tries.value
      ? { devices: Number(form.get("devices")), minutes: Number(form.get("minutes")) }
      : null;
    problem.value = "";
    acting.value = true;
    try {
      const given = await giveGroup(name, chosen.value, canary);
      if (given.rollout_id) return go(addressOfRollout(given.rollout_id));
      changed(given);
      say(t.given(name));
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      acting.value = false;
    }
  }
}

/** @param {string[]} one @param {string[]} other */
function isSame(one, other) {
  return one.length === other.length && one.every((id) => other.includes(id));
}
