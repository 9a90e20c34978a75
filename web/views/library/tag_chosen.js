/** The menu by which chosen assets get tags, or lose them. */

import { wordsOf } from "../../api.js";
import { tagAssets } from "../../data/assets.js";
import { library as t } from "../../texts.js";
import { html, useEffect, useRef, useSignal } from "../../vendor/preact.js";
import { wordsIn } from "../../wording/edits.js";
import { Icon } from "../shared/icons.js";

/** @param {{ assets: import("../../types.js").Asset[], done: () => void }} props */
export function TagChosen({ assets, done }) {
  const open = useSignal(false);
  const acting = useSignal(false);
  const problems = useSignal(/** @type {string[]} */ ([]));
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    if (open.value) field.current?.focus();
  }, [open.value]);
  if (!open.value) {
    return html`<button class="button small" onClick=${() => (open.value = true)}>
      <${Icon} name="tag" />${t.tags}
    </button>`;
  }
  return html`<form class="field-row add-to" aria-label=${t.tags} onSubmit=${act}>
    <input
      ref=${field}
      name="tags"
      required
      dir="auto"
      autocomplete="off"
      aria-label=${t.tagsToType}
      placeholder=${t.tagsExample}
    />
    <button class="button small primary" name="deed" value="tag" disabled=${acting.value}>${t.addTags}</button>
    <button class="button small" name="deed" value="untag" disabled=${acting.value}>${t.removeTags}</button>
    <button class="button small" type="button" onClick=${() => (open.value = false)}>${t.cancel}</button>
    ${problems.value.length > 0 &&
    html`<ul class="wrong" role="alert">
      ${problems.value.map((words) => html`<li key=${words}>${words}</li>`)}
    </ul>`}
  </form>`;

  /** @param {SubmitEvent & { currentTarget: HTMLFormElement }} event */
  async function act(event) {
    event.preventDefault();
    const words = wordsIn(field.current?.value ?? "");
    if (words.length === 0) return;
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    acting.value = true;
    problems.value = [];
    try {
      problems.value = await tagAssets(assets, button?.value === "untag" ? "untag" : "tag", words);
      if (problems.value.length === 0) done();
    } catch (error) {
      problems.value = [wordsOf(error)];
    } finally {
      acting.value = false;
    }
  }
}
