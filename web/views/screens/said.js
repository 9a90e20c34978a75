/** The fields of what people say of a screen: its name, the zone of its clock, its groups. */

import { screens as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";

/** @type {string[]} */
const ZONES = Intl.supportedValuesOf?.("timeZone") ?? [];

/** @param {{ id: string, device?: import("../../screen_types.js").Device }} props `id` begins the fields' ids. */
export function SaidFields({ id, device }) {
  const zone = device?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return html`<div class="field">
      <label for=${`${id}-name`}>${t.name}</label>
      <input id=${`${id}-name`} name="name" required maxlength="200" dir="auto" autocomplete="off"
        defaultValue=${device?.name ?? ""} aria-describedby=${`${id}-name-hint`} />
      <p class="hint" id=${`${id}-name-hint`}>${t.nameHint}</p>
    </div>
    <div class="field">
      <label for=${`${id}-zone`}>${t.timeZone}</label>
      <input id=${`${id}-zone`} name="zone" required maxlength="100" list=${`${id}-zones`} autocomplete="off"
        spellcheck=${false} defaultValue=${zone} aria-describedby=${`${id}-zone-hint`} />
      <datalist id=${`${id}-zones`}>${ZONES.map((one) => html`<option key=${one} value=${one} />`)}</datalist>
      <p class="hint" id=${`${id}-zone-hint`}>${t.timeZoneHint}</p>
    </div>
    <div class="field">
      <label for=${`${id}-groups`}>${t.groups}</label>
      <input id=${`${id}-groups`} name="groups" dir="auto" autocomplete="off"
        defaultValue=${device?.groups.join(", ") ?? ""} aria-describedby=${`${id}-groups-hint`} />
      <p class="hint" id=${`${id}-groups-hint`}>${t.groupsHint}</p>
    </div>`;
}

/**
 * @param {FormData} form
 * @returns {import("../../data/screens.js").Said}
 */
export function saidIn(form) {
  const groups = String(form.get("groups")).split(",").map((one) => one.trim());
  return {
    name: String(form.get("name")).trim(),
    time_zone: String(form.get("zone")).trim(),
    groups: groups.filter(Boolean),
  };
}
