/** The steps of a review, and who is asked in each. */

import { reviews as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { partWords, stepWords } from "../../wording/reviews.js";
import { memberId } from "../../session.js";
import { Icon } from "../shared/icons.js";

/** A step can be put to a thousand people; so many are named. */
const NAMED = 8;

/** @type {Record<string, string>} */
const ICONS = { approved: "check", rejected: "close", expired: "alert" };

/** @param {{ workflow: import("../../types.js").Workflow }} props */
export function ReviewSteps({ workflow }) {
  return html`<section aria-labelledby="review-steps">
    <h2 id="review-steps" class="small-heading">${t.steps}</h2>
    <ol class="review-steps">
      ${workflow.steps.map(
        (step) =>
          html`<li
            key=${step.id}
            class=${`review-step ${step.status}`}
            aria-current=${step.id === workflow.current_step ? "step" : undefined}
          >
            <${Icon} name=${ICONS[step.status] ?? "clock"} />
            <div>
              <p>
                <strong dir="auto">${step.name}</strong>
                <span class="review-step-state">${stepWords(workflow, step)}</span>
              </p>
              <${People} step=${step} />
            </div>
          </li>`,
      )}
    </ol>
  </section>`;
}

/** @param {{ step: import("../../types.js").Step }} props */
function People({ step }) {
  const asked = step.assignments.filter((one) => one.status !== "over");
  if (asked.length === 0) return null;
  const left = asked.length - NAMED;
  return html`<ul class="review-people">
    ${asked.slice(0, NAMED).map(
      (one, at) =>
        html`<li key=${at}>
          <bdi>${one.user.id === memberId ? t.you : one.user.email}</bdi>
          ${one.role && html`, <bdi>${one.role}</bdi>`}${partWords(one) && `: ${partWords(one)}`}
        </li>`,
    )}
    ${left > 0 && html`<li>${t.andMore(left)}</li>`}
  </ul>`;
}
