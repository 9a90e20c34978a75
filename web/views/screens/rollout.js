/** A roll-out's course: who tries the new playlists, until when, and how it ended. */

import { GROUPS, addressOfDevice, addressOfPlaylist } from "../../address.js";
import { Problem, pause, wordsOf } from "../../api.js";
import { allPlaylists } from "../../data/playlists.js";
import { allDevices, loadRollout } from "../../data/screens.js";
import { common, screens as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { fromNow, moment } from "../../wording/format.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";
import { State } from "./state.js";

/** @typedef {import("../../screen_types.js").Rollout} RolloutShown */

/** So often it is looked how it goes, in milliseconds. */
const LOOK_MS = 5000;

const LOOKS = { canary: ["processing", "clock"], complete: ["approved", "check"], rolled_back: ["failed", "undo"] };

const BACK = html`<p class="sheet-back">
  <${Link} to=${GROUPS}><${Icon} name="previous" class="turns" />${t.groups}<//>
</p>`;

/** @param {{ id: string }} props */
export function Rollout({ id }) {
  const found = useSignal(/** @type {RolloutShown | null} */ (null));
  const devices = useSignal(/** @type {import("../../screen_types.js").Device[]} */ ([]));
  const playlists = useSignal(/** @type {import("../../screen_types.js").Playlist[]} */ ([]));
  const problem = useSignal("");
  useEffect(() => {
    const leaving = new AbortController();
    watch(leaving.signal).catch((error) => {
      if (leaving.signal.aborted) return;
      const gone = error instanceof Problem && error.status === 404;
      problem.value = gone ? t.missingRollout : wordsOf(error);
    });
    return () => leaving.abort();
  }, [id]);
  if (!found.value) {
    return html`<${Sheet} title=${t.rollout} before=${BACK}>
      ${problem.value
        ? html`<p class="wrong" role="alert">${problem}</p>`
        : html`<p class="hint" role="status">${common.loading}</p>`}
    <//>`;
  }
  const { group, status, created_by, begun_at, devices: ids, playlist_ids } = found.value;
  const [look, icon] = LOOKS[status];
  const names = new Map(playlists.value.map((one) => [one.id, one.name]));
  return html`<${Sheet} title=${group} name=${t.rollout} before=${BACK}>
    <p class="sheet-lead">${t.rolloutLead}</p>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    <section class="panel stack" aria-label=${t.rollout}>
      <p role="status">
        <span class=${`badge ${look}`}><${Icon} name=${icon} />${t.rolloutStatuses[status]}</span>
      </p>
      <p class="hint"><bdi>${t.begunBy(created_by.email, moment(begun_at))}</bdi></p>
      <${Outcome} rollout=${found.value} devices=${devices.value} />
      <h2 class="small-heading">${t.playlists}</h2>
      <ul class="choice">
        ${playlist_ids.map(
          (one) => html`<li key=${one}><${Link} to=${addressOfPlaylist(one)}><bdi>${names.get(one) ?? one}</bdi><//></li>`,
        )}
        ${playlist_ids.length === 0 && html`<li>${t.empty}</li>`}
      </ul>
      <h2 class="small-heading">${t.rolloutScreens}</h2>
      <ul class="choice">
        ${ids.map((one) => html`<${Trier} key=${one} id=${one} device=${devices.value.find(({ id }) => id === one)} />`)}
      </ul>
    </section>
  <//>`;

  /** Look again for as long as it is tried. @param {AbortSignal} signal */
  async function watch(signal) {
    playlists.value = await allPlaylists();
    for (;;) {
      [found.value, devices.value] = await Promise.all([loadRollout(id), allDevices()]);
      if (found.value.status !== "canary") return;
      await pause(LOOK_MS, signal);
    }
  }
}

/** @param {{ rollout: RolloutShown, devices: import("../../screen_types.js").Device[] }} props */
function Outcome({ rollout, devices }) {
  const { status, ends_at, ended_at, failed_device_id: failed, error } = rollout;
  if (status === "canary") return html`<p>${t.watchedUntil(moment(ends_at), fromNow(ends_at))}</p>`;
  const when = moment(ended_at ?? ends_at);
  if (status === "complete") return html`<p>${t.wentOn(when)}</p>`;
  const name = devices.find(({ id }) => id === failed)?.name ?? t.removedScreen;
  return html`<p>${t.tookBack(when)}</p>
    ${failed &&
    html`<p>${t.because(html`<${Link} to=${addressOfDevice(failed)}><bdi>${name}</bdi><//>`, error)}</p>`}`;
}

/** @param {{ id: string, device: import("../../screen_types.js").Device | undefined }} props */
function Trier({ id, device }) {
  if (!device) return html`<li>${t.removedScreen}</li>`;
  return html`<li>
    <${Link} to=${addressOfDevice(id)}><bdi>${device.name}</bdi><//>
    <${State} device=${device} />
    ${device.errors.length > 0 && html`<span class="badge rejected">${t.errorCount(device.errors.length)}</span>`}
  </li>`;
}
