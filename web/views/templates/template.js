/** One review template: what it applies to, its steps, and when nobody has to decide. */

import { TEMPLATES, go } from "../../address.js";
import { Problem, wordsOf } from "../../api.js";
import { allMembers } from "../../data/members.js";
import { loadTemplate, makeTemplate, removeTemplate, saveTemplate } from "../../data/templates.js";
import { say } from "../../data/toasts.js";
import { common, templates as t } from "../../texts.js";
import { html, useEffect, useLayoutEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Check, Field } from "../shared/field.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";
import { draftOf, newStep, wantedOf } from "./form.js";
import { Step } from "./step.js";

/** @typedef {import("./form.js").Draft} Draft */
/** @typedef {import("./form.js").StepDraft} StepDraft */

/** The API takes no more. */
const MOST_STEPS = 50;

/** The id of the button that adds a step. */
const ADD = "template-add-step";

const BACK = html`<p class="sheet-back">
  <${Link} to=${TEMPLATES}><${Icon} name="previous" class="turns" />${t.title}<//>
</p>`;

/** @param {{ id: string }} props `new` for one that is not there yet. */
export function Template({ id }) {
  const draft = useSignal(/** @type {Draft | null} */ (null));
  const members = useSignal(/** @type {import("../../rule_types.js").Member[]} */ ([]));
  const saved = useSignal("");
  const problem = useSignal("");
  const acting = useSignal(false);
  const key = useRef(crypto.randomUUID());
  const focus = useRef("");
  const isNew = id === "new";
  useEffect(() => void load(), [id]);
  // What was added or moved has the keyboard, wherever it is now.
  useLayoutEffect(() => {
    const wanted = focus.current;
    focus.current = "";
    if (wanted) document.getElementById(wanted)?.focus();
  });
  if (!draft.value) {
    return html`<${Sheet} title=${isNew ? t.newOne : t.one} before=${BACK}>
      ${problem.value
        ? html`<p class="wrong" role="alert">${problem}</p>`
        : html`<p class="hint" role="status">${common.loading}</p>`}
    <//>`;
  }
  const { name, steps } = draft.value;
  const unsaved = JSON.stringify(wantedOf(draft.value)) !== saved.value;
  return html`<${Sheet} title=${isNew ? t.newOne : name || t.one} before=${BACK}>
    <form class="stack" aria-label=${t.one} onSubmit=${save}>
      <${About} draft=${draft.value} put=${put} />
      <h2 class="small-heading">${t.steps}</h2>
      ${steps.map(
        (step, at) =>
          html`<${Step} key=${step.key} step=${step} at=${at} count=${steps.length} members=${members.value}
            put=${(/** @type {Partial<StepDraft>} */ changes) => change(step.key, changes)}
            move=${(/** @type {number} */ by) => move(at, by)} remove=${() => removeStep(step.key)} />`,
      )}
      <button id=${ADD} class="button" type="button" disabled=${steps.length >= MOST_STEPS} onClick=${addStep}>
        <${Icon} name="add" />${t.addStep}
      </button>
      <${Automatic} draft=${draft.value} put=${put} />
      ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
      <div class="field-row save-row">
        <button class="button primary" disabled=${acting.value || !unsaved}>${isNew ? t.create : t.save}</button>
        <span class="hint" role="status">${unsaved && !isNew && t.unsaved}</span>
        ${!isNew &&
        html`<button class="button danger" type="button" disabled=${acting.value} onClick=${remove}>
          <${Icon} name="trash" />${t.remove}
        </button>`}
      </div>
      <p class="hint">${t.later}</p>
    </form>
  <//>`;

  async function load() {
    problem.value = "";
    draft.value = null;
    try {
      members.value = await allMembers();
      const found = isNew ? null : await loadTemplate(id);
      draft.value = draftOf(found, members.value);
      saved.value = JSON.stringify(wantedOf(draft.value));
    } catch (error) {
      const gone = error instanceof Problem && error.status === 404;
      problem.value = gone ? t.missing : wordsOf(error);
    }
  }

  /** @param {Partial<Draft>} changes */
  function put(changes) {
    draft.value = { .../** @type {Draft} */ (draft.value), ...changes };
  }

  /** @param {string} stepKey @param {Partial<StepDraft>} changes */
  function change(stepKey, changes) {
    put({ steps: steps.map((one) => (one.key === stepKey ? { ...one, ...changes } : one)) });
  }

  function addStep() {
    const step = newStep();
    focus.current = `${step.key}-name`;
    put({ steps: [...steps, step] });
  }

  /** @param {string} stepKey */
  function removeStep(stepKey) {
    focus.current = ADD;
    put({ steps: steps.filter((one) => one.key !== stepKey) });
  }

  /** @param {number} at @param {number} by */
  function move(at, by) {
    const all = [...steps];
    [all[at], all[at + by]] = [all[at + by], all[at]];
    const atEnd = at + by === 0 || at + by === all.length - 1;
    const way = (by < 0) === atEnd ? "down" : "up";
    focus.current = `${steps[at].key}-${way}`;
    put({ steps: all });
  }

  /** @param {Event} event */
  async function save(event) {
    event.preventDefault();
    const wanted = wantedOf(/** @type {Draft} */ (draft.value));
    await attempt(async () => {
      if (isNew) await makeTemplate(wanted, key.current);
      else await saveTemplate(id, wanted);
      return t.saved(wanted.name);
    });
  }

  async function remove() {
    if (!confirm(t.removeSure)) return;
    await attempt(async () => {
      await removeTemplate(id);
      return t.removed(name);
    });
  }

  /** @param {() => Promise<string>} deed Gives what is said when it is done. */
  async function attempt(deed) {
    problem.value = "";
    acting.value = true;
    try {
      say(await deed());
      go(TEMPLATES);
    } catch (error) {
      problem.value = wordsOf(error);
      key.current = crypto.randomUUID();
    } finally {
      acting.value = false;
    }
  }
}

/** @param {{ draft: Draft, put: (changes: Partial<Draft>) => void }} props */
function About({ draft, put }) {
  return html`<section class="panel stack" aria-label=${t.about}>
    <${Field} id="template-name" words=${t.name} value=${draft.name} required maxlength="200"
      put=${(/** @type {string} */ name) => put({ name })} />
    <${Field} id="template-description" words=${t.description} rows=${2} maxlength="2000" value=${draft.description}
      put=${(/** @type {string} */ description) => put({ description })} />
    <${Field} id="template-type" words=${t.type} hint=${t.typeHint} value=${draft.content_type} required
      maxlength="255" list="template-types" pattern="\\*|[A-Za-z0-9]+/(\\*|[A-Za-z0-9.+_\\-]+)" title=${t.typeHint}
      put=${(/** @type {string} */ content_type) => put({ content_type })} />
    <datalist id="template-types">
      ${t.types.map(([value, words]) => html`<option key=${value} value=${value} label=${words}></option>`)}
    </datalist>
    <${Field} id="template-category" words=${t.category} hint=${t.categoryHint} value=${draft.category}
      put=${(/** @type {string} */ category) => put({ category })} />
    <${Check} words=${t.isActive} checked=${draft.is_active}
      put=${(/** @type {boolean} */ is_active) => put({ is_active })} />
    <${Check} words=${t.selfApproval} checked=${draft.allow_self_approval}
      put=${(/** @type {boolean} */ allow_self_approval) => put({ allow_self_approval })} />
  </section>`;
}

/** When nobody has to decide. @param {{ draft: Draft, put: (changes: Partial<Draft>) => void }} props */
function Automatic({ draft, put }) {
  return html`<section class="panel stack" aria-labelledby="template-automatic">
    <h2 id="template-automatic">${t.automatic}</h2>
    <p class="hint">${t.automaticHint}</p>
    <${Field} id="template-size" words=${t.size} type="number" min="0" step="any" value=${draft.megabytes}
      put=${(/** @type {string} */ megabytes) => put({ megabytes })} />
    <${Field} id="template-uploaders" words=${t.uploaders} hint=${t.usersHint} value=${draft.uploaders}
      put=${(/** @type {string} */ uploaders) => put({ uploaders })} />
    <${Field} id="template-safe" words=${t.safeTypes} hint=${t.safeTypesHint} value=${draft.types}
      put=${(/** @type {string} */ types) => put({ types })} />
  </section>`;
}
