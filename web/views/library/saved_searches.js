/** Saved searches: to open, to be told of what they find anew, to delete; and to save the present one. */

import { addressOfSearch, filters, isFiltered, showLibrary } from "../../address.js";
import { wordsOf } from "../../api.js";
import { isAdmin } from "../../data/me.js";
import { filtersOf, questionOf } from "../../data/question.js";
import { changeSearch, deleteSearch, loadSearches, saveSearch, searches } from "../../data/searches.js";
import { say } from "../../data/toasts.js";
import { email } from "../../session.js";
import { common, searches as t } from "../../texts.js";
import { html, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";

export function SavedSearches() {
  const problem = useSignal("");
  const known = searches.value;
  return html`<details class="saved-searches" onToggle=${toggled}>
    <summary>${t.title}</summary>
    <div>
      ${isFiltered.value ? html`<${Save} />` : html`<p class="hint">${t.lead}</p>`}
      ${problem.value &&
      html`<div class="message" role="alert">
        <p>${t.failed} ${problem}</p>
        <button class="button small" type="button" onClick=${load}>${common.tryAgain}</button>
      </div>`}
      ${known?.length === 0 && html`<p class="hint">${t.none}</p>`}
      ${known &&
      known.length > 0 &&
      html`<ul>
        ${known.map((one) => html`<${Row} key=${one.id} search=${one} />`)}
      </ul>`}
    </div>
  </details>`;

  /** @param {Event & { currentTarget: HTMLDetailsElement }} event */
  function toggled(event) {
    if (event.currentTarget.open) load();
  }

  async function load() {
    problem.value = "";
    try {
      await loadSearches();
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

function Save() {
  const problem = useSignal("");
  const saving = useSignal(false);
  const key = useRef(crypto.randomUUID());
  return html`<form class="save-search" aria-label=${t.save} onSubmit=${save}>
    <label class="filter">
      <span>${t.name}</span>
      <input name="name" required maxlength="200" dir="auto" autocomplete="off" />
    </label>
    <label class="check"><input type="checkbox" name="notify" />${t.notify}</label>
    <label class="check"><input type="checkbox" name="shared" />${t.share}</label>
    <button class="button small" disabled=${saving.value}><${Icon} name="add" />${t.save}</button>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
  </form>`;

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function save(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const said = new FormData(form);
    const name = String(said.get("name")).trim();
    const asked = { notify: said.has("notify"), shared: said.has("shared") };
    saving.value = true;
    problem.value = "";
    try {
      await saveSearch({ name, query: questionOf(filters.value), ...asked }, key.current);
      say(t.saved(name));
      form.reset();
    } catch (error) {
      problem.value = wordsOf(error);
    } finally {
      saving.value = false;
      key.current = crypto.randomUUID();
    }
  }
}

/** @param {{ search: import("../../types.js").SavedSearch }} props */
function Row({ search }) {
  const problem = useSignal("");
  const wanted = useSignal(/** @type {boolean | null} */ (null));
  const last = useRef(Promise.resolve());
  const own = search.created_by.email === email.value;
  return html`<li>
    <${Link} to=${addressOfSearch(search.id)} follow=${() => showLibrary(filtersOf(search.query))}>
      <bdi>${search.name}</bdi>
    <//>
    ${search.shared &&
    html`<span class="hint">
      ${t.shared}${!own && html`${" "}<bdi>${t.by(search.created_by.email)}</bdi>`}
    </span>`}
    ${own &&
    html`<label class="check">
      <input
        type="checkbox"
        aria-label=${t.notifyOf(search.name)}
        checked=${wanted.value ?? search.notify}
        onChange=${(/** @type {any} */ event) => notify(event.currentTarget.checked)}
      />${t.notify}
    </label>`}
    ${(own || isAdmin.value) &&
    html`<button
      class="button small quiet"
      type="button"
      aria-label=${t.removeOf(search.name)}
      onClick=${() => act(remove)}
    >
      <${Icon} name="trash" />${t.remove}
    </button>`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
  </li>`;

  /** What is clicked last is what holds, however long answers take. @param {boolean} on */
  function notify(on) {
    wanted.value = on;
    last.current = last.current.then(async () => {
      await act(() => changeSearch(search.id, { notify: on }));
      if (wanted.value === on) wanted.value = null;
    });
  }

  async function remove() {
    await deleteSearch(search.id);
    say(t.removed(search.name));
  }

  /** @param {() => Promise<void>} deed */
  async function act(deed) {
    problem.value = "";
    try {
      await deed();
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}
