/** What has happened in a review, the newest first, with what people wrote. */

import { moment } from "../../wording/format.js";
import { actorWords, deedWords } from "../../wording/reviews.js";
import { reviews as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";

/** @param {{ workflow: import("../../types.js").Workflow }} props */
export function History({ workflow }) {
  const names = new Map(workflow.steps.map((step) => [step.id, step.name]));
  const several = workflow.steps.length > 1;
  return html`<section aria-labelledby="review-history">
    <h2 id="review-history" class="small-heading">${t.history}</h2>
    <ol class="review-history" reversed>
      ${workflow.history.map((entry, at) => {
        const { deed, comment } = deedWords(entry);
        const step = several && entry.step_id && names.get(entry.step_id);
        return html`<li key=${at}>
          <p><bdi>${actorWords(entry)}</bdi> ${deed}</p>
          ${comment && html`<blockquote dir="auto">${comment}</blockquote>`}
          <p class="hint">
            <time datetime=${entry.at}>${moment(entry.at)}</time>
            ${step && html`${" · "}<bdi>${step}</bdi>`}
          </p>
        </li>`;
      }).reverse()}
    </ol>
  </section>`;
}
