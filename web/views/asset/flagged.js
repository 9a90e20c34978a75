/** The way from an asset that was flagged to where that is decided, for whoever decides it. */

import { addressOfFlags } from "../../address.js";
import { moderates } from "../../data/me.js";
import { openFlagOf } from "../../data/moderation.js";
import { detail as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";

/** @param {{ asset: import("../../types.js").Asset }} props */
export function Flagged({ asset }) {
  const isFlagged = useSignal(false);
  useEffect(() => {
    let wanted = true;
    isFlagged.value = false;
    if (moderates.value) {
      openFlagOf(asset.id).then(
        (flag) => wanted && (isFlagged.value = flag !== undefined),
        () => {}, // without the link there still is the list of what was flagged
      );
    }
    return () => (wanted = false);
  }, [asset.id, asset.status, moderates.value]);
  if (!isFlagged.value) return null;
  return html`<${Link} to=${addressOfFlags("open")} class="button small">
    <${Icon} name="alert" />${t.flagged}
  <//>`;
}
