/** Where an asset is used on screens, and which of them show which version since when. */

import { addressOfDevice, addressOfPlaylist } from "../../address.js";
import { wordsOf } from "../../api.js";
import { concernedScreens, versionsOnScreens } from "../../data/concerned.js";
import { mayProgramme } from "../../data/me.js";
import { common, screens as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";
import { moment, timeLeft } from "../../wording/format.js";
import { Link } from "../shared/link.js";

/** @typedef {import("../../screen_types.js").OnScreen} OnScreen */

/** @param {{ id: string }} props Asked for once it is opened. */
export function OnScreens({ id }) {
  const found = useSignal(/** @type {import("../../screen_types.js").Concerned | null} */ (null));
  const versions = useSignal(/** @type {OnScreen[]} */ ([]));
  const problem = useSignal("");
  return html`<details class="fold" onToggle=${open}>
    <summary>${t.onScreens}</summary>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${!found.value && !problem.value && html`<p class="hint" role="status">${common.loading}</p>`}
    ${found.value?.playlist_count === 0 && html`<p class="hint">${t.onScreensNone}</p>`}
    ${found.value && html`<${Names} words=${t.usedBy} all=${found.value.playlists} count=${found.value.playlist_count} address=${addressOfPlaylist} />
      <${Names} words=${t.usedOn} all=${found.value.devices} count=${found.value.device_count} address=${addressOfDevice} />`}
    ${found.value &&
    mayProgramme.value &&
    html`<p class="small-heading">${t.versionsTitle}</p>
      ${versions.value.length === 0
        ? html`<p class="hint">${t.versionsNone}</p>`
        : html`<ul class="choice">
            ${versions.value.map((one) => html`<${Way} key=${`${one.device_id} ${one.version}`} way=${one} />`)}
          </ul>`}`}
  </details>`;

  /** @param {Event & { currentTarget: HTMLDetailsElement }} event */
  async function open({ currentTarget }) {
    if (!currentTarget.open) return;
    problem.value = "";
    try {
      const told = await concernedScreens(id);
      if (mayProgramme.value) versions.value = await versionsOnScreens(id);
      found.value = told;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/**
 * @param {{ words: string, all: { id: string, name: string }[], count: number,
 *   address: (id: string) => string }} props
 */
function Names({ words, all, count, address }) {
  if (count === 0) return null;
  return html`<p class="small-heading">${words}</p>
    <ul class="choice">
      ${all.map(({ id, name }) => html`<li key=${id}><${Link} to=${address(id)}><bdi>${name}</bdi><//></li>`)}
      ${count > all.length && html`<li class="hint">${t.andMore(count - all.length)}</li>`}
    </ul>`;
}

/** @param {{ way: OnScreen }} props */
function Way({ way }) {
  const { approved_at: approved, fetched_at: fetched, first_played_at: played } = way;
  const arrived = played ?? fetched;
  const steps = [
    approved && t.approvedAt(moment(approved)),
    fetched && t.fetchedAt(moment(fetched)),
    played && t.onScreenSince(moment(played)),
  ].filter(Boolean);
  const seconds = approved && arrived ? (Date.parse(arrived) - Date.parse(approved)) / 1000 : -1;
  return html`<li class="way">
    ${way.device_name === null
      ? html`<span>${t.removedScreen}</span>`
      : html`<${Link} to=${addressOfDevice(way.device_id)}><bdi>${way.device_name}</bdi><//>`}
    <span class="hint">
      ${t.versionIs(way.version, steps.join(", "))}${seconds >= 0 && ` (${t.afterApproval(timeLeft(seconds))})`}
    </span>
  </li>`;
}
