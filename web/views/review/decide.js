/** The decision, for whom the review waits; for others, why there is nothing to decide. */

import { fromNow, moment } from "../../wording/format.js";
import { decide, delegate, stepNow, waitsFor } from "../../data/reviews.js";
import { memberId } from "../../session.js";
import { inbox, reviews as t } from "../../texts.js";
import { html, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { RejectConcern } from "./concern.js";

/** @typedef {import("../../data/reviews.js").Decision} Decision */

const LONGEST = 4000;

/**
 * @param {{ workflow: import("../../types.js").Workflow, acting: boolean,
 *   act: import("./review.js").Act }} props
 */
export function Decide({ workflow, acting, act }) {
  const comment = useSignal("");
  const missing = useSignal("");
  const box = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const step = stepNow(workflow);
  if (!step) return null;
  const due = html`<${Due} step=${step} of=${workflow.steps.length} />`;
  if (!waitsFor(workflow, memberId)) {
    return html`${due}
      <p class="hint">${idleWords(workflow, step)}</p>`;
  }
  return html`${due}
    <div class="field">
      <label for="review-comment">${t.comment}</label>
      <textarea
        id="review-comment"
        ref=${box}
        rows="3"
        dir="auto"
        maxlength=${LONGEST}
        aria-describedby="review-comment-hint"
        aria-invalid=${missing.value ? "true" : undefined}
        value=${comment}
        onInput=${write}
      ></textarea>
      <p id="review-comment-hint" class="hint">
        ${missing.value
          ? html`<strong class="wrong" role="alert">${missing}</strong>`
          : t.commentHint}
      </p>
    </div>
    <${RejectConcern} assetId=${workflow.asset_id} version=${workflow.version} />
    <div class="deeds">
      <button class="button primary" disabled=${acting} onClick=${() => send("approve")}>
        <${Icon} name="check" />${t.approve}
      </button>
      <button class="button" disabled=${acting} onClick=${() => send("request_changes")}>
        <${Icon} name="edit" />${t.requestChanges}
      </button>
      <button class="button danger" disabled=${acting} onClick=${() => send("reject")}>
        <${Icon} name="close" />${t.reject}
      </button>
    </div>
    <${Delegate} acting=${acting} hand=${hand} />`;

  /** @param {Event & { currentTarget: HTMLTextAreaElement }} event */
  function write(event) {
    comment.value = event.currentTarget.value;
    if (comment.value.trim()) missing.value = "";
  }

  /** @param {Decision} decision */
  async function send(decision) {
    const said = comment.value.trim();
    missing.value = said ? "" : (t.needed[decision] ?? "");
    if (missing.value) {
      box.current?.focus();
      return;
    }
    if (await act(() => decide(workflow, decision, said), t.done[decision])) comment.value = "";
  }

  /** @param {string} to */
  async function hand(to) {
    const said = comment.value.trim();
    const done = t.delegateDone(to);
    if (await act(() => delegate(workflow, to, said), done)) comment.value = "";
  }
}

/** @param {{ step: import("../../types.js").Step & { place: number }, of: number }} props */
function Due({ step, of }) {
  return html`<p>
    ${t.stepOf(step.place, of, html`<strong dir="auto">${step.name}</strong>`)}
    ${step.due_at && html`<br />${inbox.decideBy(time(step.due_at), fromNow(step.due_at))}`}
  </p>`;
}

/** @param {string} at */
function time(at) {
  return html`<time datetime=${at}>${moment(at)}</time>`;
}

/** @param {{ acting: boolean, hand: (to: string) => void }} props */
function Delegate({ acting, hand }) {
  const to = useSignal("");
  return html`<details class="fold">
    <summary>${t.delegateFold}</summary>
    <form
      class="field"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        hand(to.value.trim());
      }}
    >
      <label for="review-delegate">${t.delegateTo}</label>
      <div class="field-row">
        <input
          id="review-delegate"
          type="email"
          required
          autocomplete="off"
          aria-describedby="review-delegate-hint"
          value=${to}
          onInput=${(/** @type {any} */ event) => (to.value = event.currentTarget.value)}
        />
        <button class="button" disabled=${acting}>${t.delegate}</button>
      </div>
      <p id="review-delegate-hint" class="hint">${t.delegateHint}</p>
    </form>
  </details>`;
}

/**
 * Why somebody has nothing to decide.
 * @param {import("../../types.js").Workflow} workflow
 * @param {import("../../types.js").Step} step
 */
function idleWords(workflow, step) {
  const mine = step.assignments.findLast((one) => one.user.id === memberId);
  if (mine?.status === "approved") return t.idle.approved;
  if (mine?.status === "delegated") return t.idle.delegated;
  if (workflow.uploaded_by.id === memberId) return t.idle.own;
  return t.idle.others;
}
