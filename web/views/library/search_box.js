/** The box for words by which assets are found, with endings of the last word from what is here. */

import { filters } from "../../address.js";
import { facets } from "../../data/facets.js";
import { assetOf, order } from "../../data/library.js";
import { library as t } from "../../texts.js";
import { html, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";

const MOST = 8;

/** The API takes no more. */
const LONGEST = 4000;

export function SearchBox() {
  const typed = useSignal("");
  return html`<div class="search-box">
    <label class="unseen" for="search-words">${t.searchFor}</label>
    <${Icon} name="search" />
    <input
      id="search-words"
      type="search"
      name="q"
      maxlength=${LONGEST}
      placeholder=${t.searchExample}
      value=${filters.value.q ?? ""}
      list="search-endings"
      autocomplete="off"
      dir="auto"
      onInput=${(/** @type {any} */ event) => (typed.value = event.currentTarget.value)}
    />
    <${Endings} typed=${typed} />
    <button class="button primary">${t.search}</button>
  </div>`;
}

/**
 * By itself, since whatever draws the box again takes back what is typed in it.
 * @param {{ typed: import("../../vendor/preact.js").Signal<string> }} props
 */
function Endings({ typed }) {
  return html`<datalist id="search-endings">
    ${endingsOf(typed.value).map((text) => html`<option key=${text} value=${text}></option>`)}
  </datalist>`;
}

/**
 * Texts that go on as the last word that is typed, by the tags and titles that the page knows.
 * @param {string} typed
 * @returns {string[]}
 */
function endingsOf(typed) {
  const [, before, begun] = /^(.*?)([^\s]*)$/su.exec(typed) ?? ["", "", ""];
  if (begun.length < 2) return [];
  const titles = order.value.map((id) => assetOf(id).value?.title ?? "");
  const words = [...Object.keys(facets.value?.tag ?? {}), ...titles]
    .flatMap((text) => text.toLocaleLowerCase().split(/[^\p{L}\p{N}\p{M}]+/u))
    .filter((word) => word.length > begun.length && word.startsWith(begun.toLocaleLowerCase()));
  return [...new Set(words)].slice(0, MOST).map((word) => before + word);
}
