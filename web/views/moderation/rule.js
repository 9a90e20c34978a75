/** One moderation rule: its conditions, and what is done where all of them hold. */

import { RULES, go } from "../../address.js";
import { Problem, wordsOf } from "../../api.js";
import { isAdmin } from "../../data/me.js";
import { allRules, changeRule, makeRule, removeRule } from "../../data/moderation.js";
import { allTemplates } from "../../data/templates.js";
import { say } from "../../data/toasts.js";
import { common, moderation as t } from "../../texts.js";
import { html, useEffect, useLayoutEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Check, Field, Select } from "../shared/field.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";
import { Condition } from "./condition.js";
import { draftOf, newCondition, wantedOf } from "./form.js";

/** @typedef {import("./form.js").Draft} Draft */
/** @typedef {import("./form.js").ConditionDraft} ConditionDraft */

/** The API takes no more. */
const MOST_CONDITIONS = 20;

/** The id of the button that adds a condition. */
const ADD = "rule-add-condition";

const BACK = html`<p class="sheet-back">
  <${Link} to=${RULES}><${Icon} name="previous" class="turns" />${t.rules}<//>
</p>`;

/** @param {{ id: string }} props `new` for one that is not there yet. */
export function Rule({ id }) {
  const draft = useSignal(/** @type {Draft | null} */ (null));
  const templates = useSignal(/** @type {import("../../rule_types.js").Template[]} */ ([]));
  const saved = useSignal("");
  const problem = useSignal("");
  const acting = useSignal(false);
  const key = useRef(crypto.randomUUID());
  const focus = useRef("");
  const isNew = id === "new";
  useEffect(() => void load(), [id]);
  useEffect(() => {
    // Moderators do not list templates: without them a rule can flag and block.
    if (isAdmin.value) allTemplates().then((found) => (templates.value = found), () => {});
  }, [isAdmin.value]);
  // What was added has the keyboard, and what stays where something was taken out.
  useLayoutEffect(() => {
    const wanted = focus.current;
    focus.current = "";
    if (wanted) document.getElementById(wanted)?.focus();
  });
  if (!draft.value) {
    return html`<${Sheet} title=${isNew ? t.newRule : t.rule} before=${BACK}>
      ${problem.value
        ? html`<p class="wrong" role="alert">${problem}</p>`
        : html`<p class="hint" role="status">${common.loading}</p>`}
    <//>`;
  }
  const { name, when, action, template_id: template, is_active } = draft.value;
  const unsaved = JSON.stringify(wantedOf(draft.value)) !== saved.value;
  const offered = Object.entries(t.actions).filter(
    ([one]) => one !== "require_template" || templates.value.length > 0 || one === action,
  );
  return html`<${Sheet} title=${isNew ? t.newRule : name || t.rule} before=${BACK}>
    <form class="stack" aria-label=${t.rule} onSubmit=${save}>
      <section class="panel stack" aria-label=${t.about}>
        <${Field} id="rule-name" words=${t.name} hint=${t.nameHint} value=${name} required maxlength="200"
          put=${(/** @type {string} */ text) => put({ name: text })} />
        <${Select} id="rule-action" words=${t.action} options=${offered} value=${action}
          put=${(/** @type {Draft["action"]} */ one) => put({ action: one })} />
        ${action === "require_template" &&
        (templates.value.length > 0
          ? html`<${Select} id="rule-template" words=${t.template} value=${template}
              options=${[["", t.chooseTemplate], ...templates.value.map((one) => [one.id, one.name])]}
              put=${(/** @type {string} */ one) => put({ template_id: one })} />`
          : html`<p class="hint">${t.templateStays}</p>`)}
        <${Check} words=${t.isActive} checked=${is_active}
          put=${(/** @type {boolean} */ on) => put({ is_active: on })} />
      </section>
      <h2 class="small-heading">${t.when}</h2>
      ${when.map(
        (one, at) =>
          html`<${Condition} key=${one.key} condition=${one} at=${at} single=${when.length === 1}
            put=${(/** @type {Partial<ConditionDraft>} */ changes) => change(one.key, changes)}
            remove=${() => takeOut(one.key)} />`,
      )}
      <button id=${ADD} class="button" type="button" disabled=${when.length >= MOST_CONDITIONS} onClick=${add}>
        <${Icon} name="add" />${t.addCondition}
      </button>
      ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
      <div class="field-row save-row">
        <button class="button primary" disabled=${acting.value || !unsaved}>${isNew ? t.create : t.save}</button>
        <span class="hint" role="status">${unsaved && !isNew && t.unsaved}</span>
        ${!isNew &&
        html`<button class="button danger" type="button" disabled=${acting.value} onClick=${remove}>
          <${Icon} name="trash" />${t.remove}
        </button>`}
      </div>
    </form>
  <//>`;

  async function load() {
    problem.value = "";
    draft.value = null;
    try {
      const found = isNew ? null : (await allRules()).find((one) => one.id === id);
      if (found === undefined) return void (problem.value = t.missing);
      draft.value = draftOf(found);
      saved.value = JSON.stringify(wantedOf(draft.value));
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  /** @param {Partial<Draft>} changes */
  function put(changes) {
    draft.value = { .../** @type {Draft} */ (draft.value), ...changes };
  }

  /** @param {string} conditionKey @param {Partial<ConditionDraft>} changes */
  function change(conditionKey, changes) {
    put({ when: when.map((one) => (one.key === conditionKey ? { ...one, ...changes } : one)) });
  }

  function add() {
    const condition = newCondition();
    focus.current = `${condition.key}-field`;
    put({ when: [...when, condition] });
  }

  /** @param {string} conditionKey */
  function takeOut(conditionKey) {
    focus.current = ADD;
    put({ when: when.filter((one) => one.key !== conditionKey) });
  }

  /** @param {Event} event */
  async function save(event) {
    event.preventDefault();
    const wanted = wantedOf(/** @type {Draft} */ (draft.value));
    if (wanted.template_id === "") return void (problem.value = t.templateNeeded);
    await attempt(async () => {
      if (isNew) await makeRule(wanted, key.current);
      else await changeRule(id, wanted);
      return t.saved(wanted.name);
    });
  }

  async function remove() {
    if (!confirm(t.removeSure)) return;
    await attempt(async () => {
      await removeRule(id);
      return t.removed(name);
    });
  }

  /** @param {() => Promise<string>} deed Gives what is said when it is done. */
  async function attempt(deed) {
    problem.value = "";
    acting.value = true;
    try {
      say(await deed());
      go(RULES);
    } catch (error) {
      const gone = error instanceof Problem && error.status === 404;
      problem.value = gone ? t.missing : wordsOf(error);
      key.current = crypto.randomUUID();
    } finally {
      acting.value = false;
    }
  }
}
