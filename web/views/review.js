/** One review: what is to be decided, who decides, what has happened, and the decision itself. */

import { INBOX } from "../address.js";
import { Problem, wordsOf } from "../api.js";
import { loadInbox } from "../inbox.js";
import { assetOf } from "../library.js";
import { assetIn, loadReview, loadReviewed, stepNow } from "../reviews.js";
import { calledOffWords, refusalWords, reviewStatus } from "../review_words.js";
import { email } from "../session.js";
import { html, useEffect, useSignal } from "../vendor/preact.js";
import { DownloadButton } from "./download.js";
import { Facts } from "./facts.js";
import { Icon } from "./icons.js";
import { Link } from "./link.js";
import { Cancel } from "./review_cancel.js";
import { Decide } from "./review_decide.js";
import { History } from "./review_history.js";
import { Outcome } from "./review_outcome.js";
import { ReviewSteps } from "./review_steps.js";
import { Sheet } from "./sheet.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {import("../types.js").Workflow} Workflow */
/** @typedef {(ask: () => Promise<Workflow>, done: string) => Promise<boolean>} Act */

/** @param {{ id: string }} props */
export function Review({ id }) {
  const workflow = useSignal(/** @type {Workflow | null} */ (null));
  const version = useSignal(/** @type {import("../types.js").Version | null} */ (null));
  const outcome = useSignal(/** @type {import("./review_outcome.js").Said | null} */ (null));
  const acting = useSignal(false);
  const problem = useSignal("");
  useEffect(() => {
    load();
    const again = () => document.visibilityState === "visible" && !acting.value && load();
    addEventListener("visibilitychange", again);
    return () => removeEventListener("visibilitychange", again);
  }, [id]);
  const shown = workflow.value;
  if (!shown) return html`<${Absent} problem=${problem.value} retry=${load} />`;
  const asset = assetOf(shown.asset_id).value;
  const step = stepNow(shown);
  return html`<${Sheet} title=${shown.title} name=${`Review of ${shown.title}`} before=${BACK} wide>
    <p class="sheet-lead">
      Version ${shown.version}, uploaded by <bdi>${shown.uploaded_by.email}</bdi>
    </p>
    <div class="review">
      <div class="review-file">
        ${version.value && asset
          ? html`<${File} asset=${assetIn(asset, version.value)} />`
          : html`<p class="panel hint">
              The file is shown to those who are asked, and to those who see unpublished versions.
            </p>`}
      </div>
      <div class="review-deed">
        <section class="panel" aria-labelledby="review-state">
          <${State} workflow=${shown} />
          <${Outcome} said=${outcome.value} />
          <${Decide} workflow=${shown} acting=${acting.value} act=${act} />
        </section>
        <${ReviewSteps} workflow=${shown} />
        <${History} workflow=${shown} />
        ${step && html`<${Cancel} workflow=${shown} acting=${acting.value} act=${act} />`}
      </div>
      <div class="review-facts">
        ${version.value?.change_description &&
        html`<section class="facts">
          <h2>What has changed</h2>
          <p class="description" dir="auto">${version.value.change_description}</p>
        </section>`}
        ${version.value && asset && html`<${Facts} asset=${assetIn(asset, version.value)} />`}
      </div>
    </div>
  <//>`;

  async function load() {
    problem.value = "";
    try {
      const found = await loadReview(id);
      version.value = await loadReviewed(found);
      workflow.value = found;
    } catch (error) {
      const hidden = error instanceof Problem && error.status === 404;
      problem.value = hidden
        ? `There is no such review, or you may not see it. You are signed in as ${email.value}.`
        : wordsOf(error);
    }
  }

  /** @type {Act} Asks the API for a change and says what came of it; gives whether it was made. */
  async function act(ask, done) {
    acting.value = true;
    outcome.value = null;
    const stepId = workflow.value?.current_step ?? null;
    try {
      workflow.value = await ask();
      outcome.value = { tone: "good", words: done };
      // What is no longer theirs to decide may be out of their sight now.
      loadReviewed(workflow.value).then((found) => (version.value = found), () => {});
      return true;
    } catch (error) {
      if (error instanceof Problem && [403, 409].includes(error.status)) await load();
      const words = refusalWords(error, /** @type {Workflow} */ (workflow.value), stepId);
      outcome.value = { tone: "bad", words };
      return false;
    } finally {
      acting.value = false;
      loadInbox();
    }
  }
}

const BACK = html`<p class="sheet-back">
  <${Link} to=${INBOX}><${Icon} name="previous" class="turns" />Inbox<//>
</p>`;

/** @param {{ asset: import("../types.js").Asset }} props */
function File({ asset }) {
  return html`<div class="stage"><${Thumbnail} asset=${asset} size="large" /></div>
    <${DownloadButton} asset=${asset} version=${asset.current_version ?? undefined} aside />`;
}

/** @param {{ workflow: Workflow }} props */
function State({ workflow }) {
  const { tone, icon, words } = reviewStatus(workflow);
  const why = calledOffWords(workflow);
  return html`<h2 id="review-state">
      <span class=${`badge ${tone}`}><${Icon} name=${icon} />${words}</span>
    </h2>
    ${why && html`<p>${why}</p>`}`;
}

/** @param {{ problem: string, retry: () => void }} props */
function Absent({ problem, retry }) {
  return html`<${Sheet} title="Review" before=${BACK} wide>
    ${problem
      ? html`<div class="message" role="alert">
          <${Icon} name="alert" />
          <p>${problem}</p>
          <button class="button" onClick=${retry}><${Icon} name="retry" />Try again</button>
        </div>`
      : html`<p class="hint" role="status">Loading…</p>`}
  <//>`;
}
