/** How whoever is signed in is told of each kind; every choice is saved at once. */

import { INBOX } from "../../address.js";
import { call, wordsOf } from "../../api.js";
import { common, inbox, settings as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";

/** @typedef {"mail" | "digest" | "off"} Delivery */

const PATH = "notification_preferences/";

export function Preferences() {
  const chosen = useSignal(/** @type {Record<string, Delivery> | null} */ (null));
  const saved = useSignal("");
  const problem = useSignal("");
  useEffect(() => void load(), []);
  return html`<${Sheet} title=${t.title} before=${BACK}>
    <p class="sheet-lead">${t.lead}</p>
    ${problem.value &&
    html`<div class="message" role="alert">
      <${Icon} name="alert" />
      <p>${problem}</p>
      ${!chosen.value &&
      html`<button class="button" onClick=${load}><${Icon} name="retry" />${common.tryAgain}</button>`}
    </div>`}
    ${chosen.value
      ? html`<div class="panel preferences">
          ${t.kinds.map(
            ([kind, title, hint]) =>
              html`<${Choice}
                key=${kind}
                kind=${kind}
                title=${title}
                hint=${hint}
                delivery=${chosen.value?.[kind]}
                saved=${saved.value === kind}
                choose=${choose}
              />`,
          )}
        </div>`
      : !problem.value && html`<p class="hint" role="status">${common.loading}</p>`}
    <p class="unseen" role="status">${saved.value && common.saved}</p>
  <//>`;

  async function load() {
    problem.value = "";
    try {
      chosen.value = await call("GET", PATH);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  /**
   * @param {string} kind
   * @param {Delivery} delivery
   */
  async function choose(kind, delivery) {
    const before = chosen.value?.[kind] ?? "mail";
    chosen.value = { ...chosen.value, [kind]: delivery };
    saved.value = problem.value = "";
    try {
      await save({ [kind]: delivery });
      saved.value = kind;
    } catch (error) {
      chosen.value = { ...chosen.value, [kind]: before };
      problem.value = t.notSaved(wordsOf(error));
    }
  }
}

/** @type {Promise<unknown>} */
let lastSave = Promise.resolve();

/**
 * Save one after the other: quick choices reach the API in the order in which they were made.
 * @param {Record<string, Delivery>} change
 */
function save(change) {
  const saving = lastSave.then(() => call("PUT", PATH, { body: change }));
  lastSave = saving.catch(() => {});
  return saving;
}

const BACK = html`<p class="sheet-back">
  <${Link} to=${INBOX}><${Icon} name="previous" class="turns" />${inbox.title}<//>
</p>`;

/**
 * @param {{ kind: string, title: string, hint: string, delivery: Delivery | undefined,
 *   saved: boolean, choose: (kind: string, delivery: Delivery) => void }} props
 */
function Choice({ kind, title, hint, delivery, saved, choose }) {
  return html`<fieldset class="preference" aria-describedby=${`${kind}-hint`}>
    <legend>${title}</legend>
    <p id=${`${kind}-hint`} class="hint">${hint}</p>
    <div class="options">
      ${t.deliveries.map(
        ([value, words]) =>
          html`<label key=${value} class="option">
            <input
              type="radio"
              name=${kind}
              value=${value}
              checked=${delivery === value}
              onChange=${() => choose(kind, value)}
            />
            <span>${words}</span>
          </label>`,
      )}
    </div>
    <p class="preference-saved" aria-hidden="true">
      ${saved && html`<${Icon} name="check" />${common.saved}`}
    </p>
  </fieldset>`;
}
