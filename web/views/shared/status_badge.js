/** An asset's status as a small label: never by colour alone. */

import { html } from "../../vendor/preact.js";
import { statusWords } from "../../wording/assets.js";
import { Icon } from "./icons.js";

/** @type {Record<string, string>} */
const ICONS = {
  approved: "check",
  quarantined: "lock",
  failed: "alert",
  rejected: "alert",
  expired: "clock",
};

/** @param {{ asset: import("../../types.js").Asset }} props */
export function StatusBadge({ asset }) {
  return html`<span class=${`badge ${asset.status}`}>
    <${Icon} name=${ICONS[asset.status] ?? "clock"} />${statusWords(asset.status)}
  </span>`;
}
