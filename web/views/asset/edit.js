/** The form in which an asset is described, for whoever may. */

import { Problem, wordsOf } from "../../api.js";
import { change, loadTagged } from "../../data/assets.js";
import { assetOf } from "../../data/library.js";
import { say } from "../../data/toasts.js";
import { common, detail, edit as t } from "../../texts.js";
import { html, useEffect, useLayoutEffect, useSignal } from "../../vendor/preact.js";
import { useConcern } from "../shared/concern.js";
import { changesOf, conflictsOf, formOf } from "./form.js";

/** @typedef {import("../../types.js").Asset} Asset */
/** @typedef {import("./form.js").Form} Form */

/** @param {{ id: string, leave: () => void }} props */
export function Edit({ id, leave }) {
  const before = useSignal(/** @type {Form | null} */ (null));
  const form = useSignal(/** @type {Form | null} */ (null));
  const tag = useSignal("");
  const problem = useSignal("");
  const saving = useSignal(false);
  const theirs = useSignal(/** @type {[keyof Form, string][]} */ ([]));
  const concern = useConcern({ id, published_version: assetOf(id).value?.published_version });
  useEffect(() => {
    loadTagged(id).then(take, (error) => (problem.value = wordsOf(error)));
  }, [id]);
  const ready = form.value !== null;
  // Where the page is narrow, the form may begin below what is seen.
  useLayoutEffect(() => void (ready && document.getElementById("edit-title")?.focus()), [ready]);
  if (!form.value) return html`<p class="hint" role="status">${problem.value || common.loading}</p>`;
  return html`<form class="edit" aria-label=${t.title} onSubmit=${save}>
    <${Field} form=${form} name="title" required />
    <${Field} form=${form} name="description" rows=${3} />
    <${Field} form=${form} name="alt_text" hint=${t.hints.alt_text} />
    <${Field} form=${form} name="category" hint=${t.hints.category} />
    <${Field} form=${form} name="tags" hint=${t.hints.tags} />
    <details class="fold">
      <summary>${t.rights}</summary>
      <${Field} form=${form} name="copyright" />
      <${Field} form=${form} name="license" />
      <${Field} form=${form} name="attribution" />
      <${Field} form=${form} name="usage_terms" rows=${2} />
      <${Field} form=${form} name="valid_from" type="datetime-local" />
      <${Field} form=${form} name="expires_at" type="datetime-local" />
    </details>
    ${theirs.value.length > 0 &&
    html`<div class="message" role="alert">
      <p>${t.conflict}</p>
      <ul>
        ${theirs.value.map(([name, value]) => html`<li key=${name}>${t.isNow(name, value)}</li>`)}
      </ul>
    </div>`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${concern.panel}
    <div class="field-row">
      <button class="button primary" disabled=${saving.value}>
        ${theirs.value.length > 0 ? t.saveMine : t.save}
      </button>
      <button class="button" type="button" onClick=${leave}>${detail.cancel}</button>
    </div>
  </form>`;

  /** @param {{ body: Asset, tag: string }} found */
  function take(found) {
    before.value = form.value = formOf(found.body);
    tag.value = found.tag;
  }

  /** @param {Event} event */
  function save(event) {
    event.preventDefault();
    const changes = changesOf(/** @type {Form} */ (before.value), /** @type {Form} */ (form.value));
    if (Object.keys(changes).length === 0) return leave();
    const expires = /** @type {Record<string, unknown> | undefined} */ (changes.rights)?.expires_at;
    return expires ? concern.before("expire", () => send(changes)) : send(changes);
  }

  /** @param {Record<string, unknown>} changes */
  async function send(changes) {
    saving.value = true;
    problem.value = "";
    try {
      const saved = await change(id, changes, tag.value);
      say(saved.pending_edit ? t.savedAndWaiting(Object.keys(saved.pending_edit.values)) : t.saved);
      leave();
    } catch (error) {
      if (error instanceof Problem && error.status === 412) await showTheirs();
      else problem.value = wordsOf(error);
    } finally {
      saving.value = false;
    }
  }

  /** Somebody was faster: show what they wrote, and let the next save replace it. */
  async function showTheirs() {
    const found = await loadTagged(id);
    const now = formOf(found.body);
    theirs.value = conflictsOf(/** @type {Form} */ (before.value), now);
    before.value = now;
    tag.value = found.tag;
  }
}

/**
 * @param {{ form: import("../../vendor/preact.js").Signal<Form | null>, name: keyof Form,
 *   hint?: string, rows?: number, type?: string, required?: boolean }} props
 */
function Field({ form, name, hint, rows, type = "text", required = false }) {
  const id = `edit-${name}`;
  const common = {
    id,
    dir: type === "text" ? "auto" : undefined,
    required,
    value: form.value?.[name] ?? "",
    "aria-describedby": hint ? `${id}-hint` : undefined,
    onInput: (/** @type {any} */ event) => {
      form.value = { .../** @type {Form} */ (form.value), [name]: event.currentTarget.value };
    },
  };
  return html`<div class="field">
    <label for=${id}>${t.names[name]}</label>
    ${rows
      ? html`<textarea rows=${rows} ...${common}></textarea>`
      : html`<input type=${type} ...${common} />`}
    ${hint && html`<p id=${`${id}-hint`} class="hint">${hint}</p>`}
  </div>`;
}
