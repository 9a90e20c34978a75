/** The way from an asset to the review in which it is, for whoever may see that. */

import { addressOfReview } from "../../address.js";
import { newestReviewOf } from "../../data/reviews.js";
import { detail as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";

/** Statuses that a review gives. @type {Record<string, string>} */
const WORDS = {
  in_review: t.openReview,
  rejected: t.seeReview,
  approved: t.approved,
};

/** @param {{ asset: import("../../types.js").Asset }} props */
export function ReviewLink({ asset }) {
  const workflowId = useSignal("");
  useEffect(() => {
    let wanted = true;
    workflowId.value = "";
    if (WORDS[asset.status]) {
      newestReviewOf(asset.id).then(
        (found) => {
          const fits = found?.version === asset.current_version;
          if (wanted && fits) workflowId.value = found?.id ?? "";
        },
        () => {}, // without the link there still is the inbox
      );
    }
    return () => (wanted = false);
  }, [asset.id, asset.status]);
  if (!workflowId.value) return null;
  return html`<${Link} to=${addressOfReview(workflowId.value)} class="button small">
    <${Icon} name="people" />${WORDS[asset.status]}
  <//>`;
}
