/** An edit that waits for a review: what it would change, and who has to decide. */

import { addressOfReview } from "../../address.js";
import { loadReview, stepNow } from "../../data/reviews.js";
import { memberId } from "../../session.js";
import { detail as t, reviews } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Changes, proposedChanges } from "../shared/changes.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";

/** So many people are named. */
const NAMED = 4;

/** @param {{ asset: import("../../types.js").Asset }} props */
export function PendingEdit({ asset }) {
  const workflow = useSignal(/** @type {import("../../types.js").Workflow | null} */ (null));
  const id = asset.pending_edit?.workflow_id;
  useEffect(() => {
    let wanted = true;
    workflow.value = null;
    if (id) {
      loadReview(id).then(
        (found) => wanted && (workflow.value = found),
        () => {}, // what waits is said without it, too
      );
    }
    return () => (wanted = false);
  }, [id]);
  if (!asset.pending_edit || !id) return null;
  return html`<section class="pending-edit" aria-labelledby="pending-edit-title">
    <h3 id="pending-edit-title"><${Icon} name="clock" />${t.pendingEdit}</h3>
    <${Changes} changes=${proposedChanges(asset, asset.pending_edit.values)} />
    ${workflow.value && html`<${Deciders} workflow=${workflow.value} />`}
    <${Link} to=${addressOfReview(id)} class="button small">
      <${Icon} name="people" />${t.openReview}
    <//>
  </section>`;
}

/** @param {{ workflow: import("../../types.js").Workflow }} props */
function Deciders({ workflow }) {
  const asked = (stepNow(workflow)?.assignments ?? []).filter((one) => one.status === "pending");
  if (asked.length === 0) return null;
  const people = asked
    .slice(0, NAMED)
    .map(({ user }) => (user.id === memberId ? reviews.you : user.email));
  const left = asked.length - people.length;
  return html`<p>
    ${t.decidedBy} <bdi>${people.join(", ")}</bdi>${left > 0 && html`, ${reviews.andMore(left)}`}
  </p>`;
}
