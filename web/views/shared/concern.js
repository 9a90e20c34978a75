/** What a change of an asset would touch: said before it is made, where it touches screens. */

import { addressOfDevice } from "../../address.js";
import { screensConcernedBy } from "../../data/concerned.js";
import { screens as t } from "../../texts.js";
import { html, useLayoutEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "./icons.js";
import { Link } from "./link.js";

/** @typedef {import("../../screen_types.js").Concerned} Concerned */

/** @typedef {{ about: string, found: Concerned | null, deed: string, act: () => unknown }} Asked */

/** So many screens are named; the others are counted. */
const NAMED = 5;

/**
 * Ask before a change of what is published of assets, if screens have one of them.
 * @param {...{ id: string, published_version?: number | null }} assets
 * @returns {{ before: (deed: string, act: () => unknown) => Promise<void>, panel: unknown }} `before`
 *   acts at once where no screen has it; `panel` is what is asked else.
 */
export function useConcern(...assets) {
  const asked = useSignal(/** @type {Asked | null} */ (null));
  const about = assets.map((one) => one.id).join(" ");
  // What was asked of others is not answered for these.
  const panel =
    asked.value?.about === about &&
    html`<${Ask} found=${asked.value.found} deed=${asked.value.deed} goOn=${goOn} stop=${() => (asked.value = null)} />`;
  return { before, panel };

  /** @param {string} deed One of the texts' `concerns`. @param {() => unknown} act */
  async function before(deed, act) {
    asked.value = null;
    const ids = assets.filter((one) => one.published_version).map((one) => one.id);
    if (ids.length === 0) return void act();
    const found = await screensConcernedBy(ids).catch(() => null);
    if (found?.device_count === 0) return void act();
    asked.value = { about, found, deed, act };
  }

  function goOn() {
    const act = asked.value?.act;
    asked.value = null;
    act?.();
  }
}

/** @param {{ found: Concerned | null, deed: string, goOn: () => void, stop: () => void }} props */
function Ask({ found, deed, goOn, stop }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => heading.current?.focus(), []);
  return html`<div class="concern" role="group" aria-label=${t.concernTitle}>
    <p ref=${heading} tabindex="-1" class="concern-title"><${Icon} name="screen" />${t.concernTitle}</p>
    ${found
      ? html`<p>${t.concerns[deed](found.device_count)}</p><${ScreenNames} found=${found} />`
      : html`<p>${t.concernUnknown}</p>`}
    <div class="field-row">
      <button class="button small primary" type="button" onClick=${goOn}>${t.goOn}</button>
      <button class="button small" type="button" onClick=${stop}>${t.stop}</button>
    </div>
  </div>`;
}

/** @param {{ found: Concerned }} props */
export function ScreenNames({ found: { devices, device_count: count } }) {
  return html`<ul class="screen-names">
    ${devices
      .slice(0, NAMED)
      .map(({ id, name }) => html`<li key=${id}><${Link} to=${addressOfDevice(id)}><bdi>${name}</bdi><//></li>`)}
    ${count > NAMED && html`<li class="hint">${t.andMore(count - NAMED)}</li>`}
  </ul>`;
}
