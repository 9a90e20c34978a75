/** What came of a decision: taken or refused, and what waits next. */

import { addressOfReview, place } from "../../address.js";
import { waiting } from "../../data/inbox.js";
import { reviews as t } from "../../texts.js";
import { html, useLayoutEffect, useRef } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";

/** @typedef {{ tone: "good" | "bad", words: string }} Said */

/** @param {{ said: Said | null }} props */
export function Outcome({ said }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  // The button that was pressed may be gone: the keyboard goes on here.
  useLayoutEffect(() => box.current?.focus(), [said]);
  if (!said) return null;
  const next = waiting.value.find((entry) => entry.workflow_id !== place.value.id);
  return html`<div
    class=${`message ${said.tone}`}
    role=${said.tone === "bad" ? "alert" : "status"}
    tabindex="-1"
    ref=${box}
  >
    <${Icon} name=${said.tone === "bad" ? "alert" : "check"} />
    <div>
      <p>${said.words}</p>
      ${said.tone === "good" &&
      next?.workflow_id &&
      html`<p><${Link} to=${addressOfReview(next.workflow_id)}>${t.next(next.title)}<//></p>`}
    </div>
  </div>`;
}
