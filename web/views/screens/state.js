/** Whether a screen is heard of, as a small label: never by colour alone. */

import { stateOf } from "../../data/screens.js";
import { screens as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";

const LOOKS = {
  online: ["approved", "check"],
  quiet: ["closed", "clock"],
  silent: ["failed", "alert"],
  new: ["closed", "clock"],
};

/** @param {{ device: import("../../screen_types.js").Device }} props */
export function State({ device }) {
  const state = stateOf(device);
  const [look, icon] = LOOKS[state];
  return html`<span class=${`badge ${look}`}><${Icon} name=${icon} />${t.states[state]}</span>`;
}
