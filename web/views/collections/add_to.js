/** The menu by which chosen assets come into a collection. */

import { wordsOf } from "../../api.js";
import { addTo, allCollections, makeCollection } from "../../data/collections.js";
import { say } from "../../data/toasts.js";
import { collections as t } from "../../texts.js";
import { html, useEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";

/** @param {{ assetIds: string[], done: () => void }} props */
export function AddToCollection({ assetIds, done }) {
  const known = useSignal(/** @type {import("../../types.js").Collection[] | null} */ (null));
  const chosen = useSignal("");
  const problem = useSignal("");
  const key = useRef(crypto.randomUUID());
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  const opened = known.value !== null;
  useEffect(() => {
    if (opened) (form.current?.querySelector("input") ?? form.current?.querySelector("select"))?.focus();
  }, [opened]);
  if (known.value === null) {
    return html`<button class="button small" onClick=${open}><${Icon} name="folder" />${t.add}</button>
      ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}`;
  }
  return html`<form class="field-row add-to" ref=${form} aria-label=${t.add} onSubmit=${add}>
    <select
      aria-label=${t.toOne}
      value=${chosen.value}
      onChange=${(/** @type {any} */ e) => (chosen.value = e.currentTarget.value)}
    >
      ${known.value.map((one) => html`<option key=${one.id} value=${one.id}>${one.name}</option>`)}
      <option value="">${t.newOne}</option>
    </select>
    ${chosen.value === "" &&
    html`<input name="name" required maxlength="200" dir="auto" aria-label=${t.name} placeholder=${t.name} />`}
    <button class="button small primary">${t.addNow}</button>
    <button class="button small" type="button" onClick=${() => (known.value = null)}>${t.cancel}</button>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
  </form>`;

  async function open() {
    try {
      const found = await allCollections();
      chosen.value = found[0]?.id ?? "";
      known.value = found;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function add(event) {
    event.preventDefault();
    problem.value = "";
    const name = String(new FormData(event.currentTarget).get("name") ?? "").trim();
    try {
      if (chosen.value) {
        const count = await addTo(chosen.value, assetIds);
        say(t.added(count, known.value?.find((one) => one.id === chosen.value)?.name ?? ""));
      } else {
        await makeCollection({ name, asset_ids: assetIds }, key.current);
        say(t.added(assetIds.length, name));
      }
      known.value = null;
      done();
    } catch (error) {
      problem.value = wordsOf(error);
      key.current = crypto.randomUUID();
    }
  }
}
