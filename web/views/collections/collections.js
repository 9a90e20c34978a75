/** The page of the tenant's collections. */

import { addressOfCollection, go } from "../../address.js";
import { wordsOf } from "../../api.js";
import { makeCollection, pageOfCollections } from "../../data/collections.js";
import { mayCollect } from "../../data/me.js";
import { collections as t, common } from "../../texts.js";
import { html, useEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";

/** @typedef {import("../../types.js").Collection} Collection */

export function Collections() {
  const found = useSignal(/** @type {Collection[] | null} */ (null));
  const next = useSignal(/** @type {string | null} */ (null));
  const problem = useSignal("");
  const key = useRef(crypto.randomUUID());
  useEffect(() => void load(null), []);
  return html`<${Sheet} title=${t.title}>
    <p class="sheet-lead">${t.lead}</p>
    ${mayCollect.value &&
    html`<form class="field-row field" aria-label=${t.newOne} onSubmit=${make}>
      <input name="name" required maxlength="200" dir="auto" aria-label=${t.name} placeholder=${t.name} />
      <button class="button primary"><${Icon} name="add" />${t.create}</button>
    </form>`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${found.value === null && !problem.value && html`<p class="hint" role="status">${common.loading}</p>`}
    ${found.value?.length === 0 && html`<p class="hint">${t.none}</p>`}
    ${found.value !== null &&
    found.value.length > 0 &&
    html`<ul class="collections panel">
      ${found.value.map(
        (one) =>
          html`<li key=${one.id}>
            <${Link} to=${addressOfCollection(one.id)}><bdi>${one.name}</bdi><//>
            <span class="hint">${t.assets(one.asset_ids.length)} · <bdi>${one.created_by.email}</bdi></span>
          </li>`,
      )}
    </ul>`}
    ${next.value && html`<button class="button" onClick=${() => load(next.value)}>${common.showMore}</button>`}
  <//>`;

  /** @param {string | null} cursor */
  async function load(cursor) {
    try {
      const page = await pageOfCollections(cursor);
      found.value = [...(cursor ? (found.value ?? []) : []), ...page.items];
      next.value = page.next_cursor;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function make(event) {
    event.preventDefault();
    problem.value = "";
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    try {
      const made = await makeCollection({ name, asset_ids: [] }, key.current);
      go(addressOfCollection(made.id));
    } catch (error) {
      problem.value = wordsOf(error);
      key.current = crypto.randomUUID();
    }
  }
}
