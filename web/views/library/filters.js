/** How the library is narrowed, sorted and laid out; all of it stands in the address. */

import { filter, filters, isFiltered, tags, view } from "../../address.js";
import { email } from "../../session.js";
import { mayUpload } from "../../data/me.js";
import { assets, library as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { MoreFilters, moreOf } from "./more_filters.js";
import { SearchBox } from "./search_box.js";
import { focusContent } from "./steering.js";

/** Statuses by which members look for something, in the order of an asset's life. */
const STATUSES = [
  "uploading",
  "scanning",
  "processing",
  "in_review",
  "approved",
  "rejected",
  "quarantined",
  "failed",
  "expired",
];

/** So narrow a page has the filters one above the other. */
const NARROW = "(max-width: 40rem)";

/** The id of what is found. */
export const FOUND = "found-assets";

export function Filters() {
  const chosen = filters.value;
  const trashed = chosen.trashed === "true";
  const mine = chosen.uploaded_by !== undefined && chosen.uploaded_by === email.value;
  return html`<form
    class="filters"
    role="search"
    aria-label=${t.filters}
    onSubmit=${search}
    onChange=${typed}
  >
    <${SearchBox} />
    <${Choice} name="kind" words=${t.kind} any=${t.anyKind} options=${Object.entries(t.kinds)} />
    <${Choice}
      name="status"
      words=${t.status}
      any=${t.anyStatus}
      options=${STATUSES.map((status) => [status, assets.statuses[status]])}
      disabled=${trashed}
    />
    <${Order} />
    <${Words} name="tag" words=${t.tag} example=${t.tagsExample} value=${tags.value.join(", ")} />
    <${Words} name="uploaded_by" words=${t.uploader} value=${chosen.uploaded_by ?? ""} />
    ${mayUpload.value &&
    html`<${Toggle}
        pressed=${mine}
        words=${t.mine}
        icon="people"
        act=${() => filter({ uploaded_by: mine ? "" : (email.value ?? "") })}
      />
      <${Toggle}
        pressed=${trashed}
        words=${t.trash}
        icon="trash"
        act=${() => filter({ trashed: trashed ? "" : "true", status: "" })}
      />`}
    <${Toggle}
      pressed=${view.value === "list"}
      words=${t.list}
      icon="list"
      act=${() => filter({ view: view.value === "list" ? "" : "list" })}
    />
    ${isFiltered.value &&
    html`<button class="button small quiet" type="button" onClick=${clear}>
      <${Icon} name="close" />${t.clear}
    </button>`}
    <${MoreFilters} />
  </form>`;
}

/** Take every filter away; the button that did it goes with them, and the keyboard to what is there. */
export function clear() {
  filter(Object.fromEntries(Object.keys(filters.value).map((name) => [name, ""])));
  focusContent();
}

/** @param {Event & { currentTarget: HTMLFormElement }} event */
function search(event) {
  event.preventDefault();
  take(event.currentTarget);
  // On a phone what is found lies below all the filters.
  if (matchMedia(NARROW).matches) document.getElementById(FOUND)?.scrollIntoView();
}

/** @param {Event & { currentTarget: HTMLFormElement }} event What was typed counts on leaving it, too. */
function typed(event) {
  if (event.target instanceof HTMLInputElement) take(event.currentTarget);
}

/** @param {HTMLFormElement} element */
function take(element) {
  const form = new FormData(element);
  const [q, tag, uploader] = ["q", "tag", "uploaded_by"].map((name) => String(form.get(name)).trim());
  filter({ q, tag: tagsOf(tag), uploaded_by: uploader, ...moreOf(form) });
}

/**
 * The tags that are typed, one a line; what was not touched stays as it is, commas included.
 * @param {string} text
 */
function tagsOf(text) {
  if (text === tags.value.join(", ")) return tags.value.join("\n");
  const typed = text.split(",").map((one) => one.trim());
  return typed.filter(Boolean).join("\n");
}

/** The order, of which the address says what is not as it would be anyway. */
function Order() {
  const { q, sort, order } = filters.value;
  const usual = q ? "" : "created_at desc";
  const said = sort || (order && !q) ? `${sort ?? "created_at"} ${order ?? "desc"}` : usual;
  return html`<label class="filter">
    <span class="unseen">${t.order}</span>
    <select
      value=${said}
      onChange=${(/** @type {any} */ event) => choose(event.currentTarget.value)}
    >
      ${q && html`<option value="">${t.bestFirst}</option>`}
      ${t.orders.map(([value, words]) => html`<option key=${value} value=${value}>${words}</option>`)}
    </select>
  </label>`;

  /** @param {string} value */
  function choose(value) {
    const [by, way] = value === usual ? ["", ""] : value.split(" ");
    filter({ sort: by === "created_at" && !q ? "" : by, order: way === "desc" ? "" : way });
  }
}

/** @param {{ name: string, words: string, any: string, options: [string, string][],
 *   disabled?: boolean }} props */
function Choice({ name, words, any, options, disabled = false }) {
  return html`<label class="filter">
    <span class="unseen">${words}</span>
    <select
      name=${name}
      disabled=${disabled}
      value=${filters.value[name] ?? ""}
      onChange=${(/** @type {any} */ event) => filter({ [name]: event.currentTarget.value })}
    >
      <option value="">${any}</option>
      ${options.map(([value, said]) => html`<option key=${value} value=${value}>${said}</option>`)}
    </select>
  </label>`;
}

/** @param {{ name: string, words: string, example?: string, value: string }} props */
function Words({ name, words, example = "", value }) {
  return html`<label class="filter">
    <span class="unseen">${words}</span>
    <input type="search" name=${name} placeholder=${words} title=${example} value=${value} dir="auto" />
  </label>`;
}

/** @param {{ pressed: boolean, words: string, icon: string, act: () => void }} props */
function Toggle({ pressed, words, icon, act }) {
  return html`<button
    class="button small toggle"
    type="button"
    aria-pressed=${pressed}
    onClick=${act}
  >
    <${Icon} name=${icon} />${words}
  </button>`;
}
