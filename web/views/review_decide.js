/** The decision, for whom the review waits; for others, why there is nothing to decide. */

import { fromNow, moment } from "../format.js";
import { decide, delegate, stepNow, waitsFor } from "../reviews.js";
import { memberId } from "../session.js";
import { html, useRef, useSignal } from "../vendor/preact.js";
import { Icon } from "./icons.js";

/** @typedef {import("../reviews.js").Decision} Decision */

const LONGEST = 4000;

/** @type {Record<Decision, string>} */
const DONE = {
  approve: "You have approved it.",
  request_changes: "You have asked for changes; the uploader is told.",
  reject: "You have rejected it; the uploader is told.",
};

/** @type {Record<string, string>} */
const NEEDED = {
  request_changes: "Say what should change before you ask for it.",
  reject: "Say what is wrong before you reject it.",
};

/**
 * @param {{ workflow: import("../types.js").Workflow, acting: boolean,
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
      <label for="review-comment">Comment</label>
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
          : "Needed to request changes or to reject: the uploader reads it."}
      </p>
    </div>
    <div class="deeds">
      <button class="button primary" disabled=${acting} onClick=${() => send("approve")}>
        <${Icon} name="check" />Approve
      </button>
      <button class="button" disabled=${acting} onClick=${() => send("request_changes")}>
        <${Icon} name="edit" />Request changes
      </button>
      <button class="button danger" disabled=${acting} onClick=${() => send("reject")}>
        <${Icon} name="close" />Reject
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
    missing.value = said ? "" : (NEEDED[decision] ?? "");
    if (missing.value) {
      box.current?.focus();
      return;
    }
    if (await act(() => decide(workflow, decision, said), DONE[decision])) comment.value = "";
  }

  /** @param {string} to */
  async function hand(to) {
    const said = comment.value.trim();
    const done = `You have handed the decision to ${to}.`;
    if (await act(() => delegate(workflow, to, said), done)) comment.value = "";
  }
}

/** @param {{ step: import("../types.js").Step & { place: number }, of: number }} props */
function Due({ step, of }) {
  return html`<p>
    Step ${step.place} of ${of}: <strong dir="auto">${step.name}</strong>
    ${step.due_at &&
    html`<br />Decide by <time datetime=${step.due_at}>${moment(step.due_at)}</time>
      ${" "}(${fromNow(step.due_at)})`}
  </p>`;
}

/** @param {{ acting: boolean, hand: (to: string) => void }} props */
function Delegate({ acting, hand }) {
  const to = useSignal("");
  return html`<details class="fold">
    <summary>Hand it to somebody else</summary>
    <form
      class="field"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        hand(to.value.trim());
      }}
    >
      <label for="review-delegate">Their e-mail address</label>
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
        <button class="button" disabled=${acting}>Delegate</button>
      </div>
      <p id="review-delegate-hint" class="hint">
        They decide in your place; your comment above goes along.
      </p>
    </form>
  </details>`;
}

/**
 * Why somebody has nothing to decide.
 * @param {import("../types.js").Workflow} workflow
 * @param {import("../types.js").Step} step
 */
function idleWords(workflow, step) {
  const mine = step.assignments.findLast((one) => one.user.id === memberId);
  if (mine?.status === "approved") return "You have approved this step; others have yet to decide.";
  if (mine?.status === "delegated") return "You have handed your decision on.";
  if (workflow.uploaded_by.id === memberId) return "You uploaded this, so others decide it.";
  return "This step waits for others, not for you.";
}
