/** The page of the tenant's screens, with how each of them is. */

import { addressOfDevice } from "../../address.js";
import { wordsOf } from "../../api.js";
import { assetOf, loadAsset } from "../../data/library.js";
import { isAdmin } from "../../data/me.js";
import { pageOfDevices } from "../../data/screens.js";
import { common, screens as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { fromNow } from "../../wording/format.js";
import { Link } from "../shared/link.js";
import { Thumbnail } from "../shared/thumbnail.js";
import { Sheet } from "../shell/sheet.js";
import { Pairing } from "./pairing.js";
import { State } from "./state.js";
import { Tabs } from "./tabs.js";

/** @typedef {import("../../screen_types.js").Device} Device */

export function Screens() {
  const found = useSignal(/** @type {Device[] | null} */ (null));
  const next = useSignal(/** @type {string | null} */ (null));
  const problem = useSignal("");
  useEffect(() => void load(null), []);
  return html`<${Sheet} title=${t.title} before=${html`<${Tabs} />`}>
    <p class="sheet-lead">${t.lead}</p>
    ${isAdmin.value && html`<${Pairing} />`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${found.value === null && !problem.value && html`<p class="hint" role="status">${common.loading}</p>`}
    ${found.value?.length === 0 && html`<p class="hint">${t.none}</p>`}
    ${found.value !== null &&
    found.value.length > 0 &&
    html`<ul class="screen-list panel" aria-label=${t.title}>
      ${found.value.map((device) => html`<${Row} key=${device.id} device=${device} />`)}
    </ul>`}
    ${next.value && html`<button class="button" onClick=${() => load(next.value)}>${common.showMore}</button>`}
  <//>`;

  /** @param {string | null} cursor */
  async function load(cursor) {
    problem.value = "";
    try {
      const page = await pageOfDevices(cursor);
      found.value = [...(cursor ? (found.value ?? []) : []), ...page.items];
      next.value = page.next_cursor;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/** @param {{ device: Device }} props */
function Row({ device }) {
  const { errors, playing } = device;
  const asset = playing ? assetOf(playing).value : null;
  useEffect(() => {
    // Without a picture the row still is good for something.
    if (playing && !assetOf(playing).value) loadAsset(playing).catch(() => {});
  }, [playing]);
  const facts = [
    device.last_seen_at && t.seen(fromNow(device.last_seen_at)),
    device.free_bytes !== null && t.free(device.free_bytes),
    ...device.groups,
  ].filter(Boolean);
  return html`<li class="screen-row">
    <span class="screen-picture"><${Thumbnail} asset=${asset} size="small" kind="screen" /></span>
    <span class="screen-words">
      <${Link} to=${addressOfDevice(device.id)}><bdi>${device.name}</bdi><//>
      <span class="hint" dir="auto">${facts.join(" · ")}</span>
    </span>
    <span class="screen-state">
      <${State} device=${device} />
      ${errors.length > 0 && html`<span class="badge rejected">${t.errorCount(errors.length)}</span>`}
    </span>
  </li>`;
}
