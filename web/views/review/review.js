/** One review: what is to be decided, who decides, what has happened, and the decision itself. */

import { INBOX } from "../../address.js";
import { Problem, wordsOf } from "../../api.js";
import { loadInbox } from "../../data/inbox.js";
import { assetOf } from "../../data/library.js";
import { assetIn, loadReview, loadReviewed, stepNow } from "../../data/reviews.js";
import { calledOffWords, refusalWords, reviewStatus } from "../../wording/reviews.js";
import { email } from "../../session.js";
import { common, reviews as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { DownloadButton } from "../shared/download.js";
import { Facts } from "../asset/facts.js";
import { Changes, proposedChanges } from "../shared/changes.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Stage } from "../shared/stage.js";
import { Cancel } from "./cancel.js";
import { Decide } from "./decide.js";
import { History } from "./history.js";
import { Outcome } from "./outcome.js";
import { ReviewSteps } from "./steps.js";
import { Sheet } from "../shell/sheet.js";

/** @typedef {import("../../types.js").Workflow} Workflow */
/** @typedef {(ask: () => Promise<Workflow>, done: string) => Promise<boolean>} Act */

/** @param {{ id: string }} props */
export function Review({ id }) {
  const workflow = useSignal(/** @type {Workflow | null} */ (null));
  const version = useSignal(/** @type {import("../../types.js").Version | null} */ (null));
  const outcome = useSignal(/** @type {import("./outcome.js").Said | null} */ (null));
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
  return html`<${Sheet} title=${shown.title} name=${t.tab(shown.title)} before=${BACK} wide>
    <p class="sheet-lead">
      ${t.lead(shown.version, html`<bdi>${shown.uploaded_by.email}</bdi>`)}
    </p>
    <div class="review">
      <div class="review-file">
        ${version.value && asset
          ? html`<${File} asset=${assetIn(asset, version.value)} />`
          : html`<p class="panel hint">${t.hidden}</p>`}
      </div>
      <div class="review-deed">
        <section class="panel" aria-labelledby="review-state">
          <${State} workflow=${shown} />
          ${shown.proposed &&
          html`<section aria-labelledby="review-proposed">
            <h3 id="review-proposed" class="small-heading">${t.proposedTitle}</h3>
            <${Changes} changes=${proposedChanges(asset, shown.proposed)} />
          </section>`}
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
          <h2>${t.changeTitle}</h2>
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
        ? t.missing(email.value ?? "")
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
  <${Link} to=${INBOX}><${Icon} name="previous" class="turns" />${t.back}<//>
</p>`;

/** @param {{ asset: import("../../types.js").Asset }} props */
function File({ asset }) {
  return html`<${Stage} asset=${asset} version=${asset.current_version ?? undefined} />
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
  return html`<${Sheet} title=${t.title} before=${BACK} wide>
    ${problem
      ? html`<div class="message" role="alert">
          <${Icon} name="alert" />
          <p>${problem}</p>
          <button class="button" onClick=${retry}><${Icon} name="retry" />${common.tryAgain}</button>
        </div>`
      : html`<p class="hint" role="status">${common.loading}</p>`}
  <//>`;
}
