/** A saved search by its address, as mails have it: it leads on to what it finds. */

import { showLibrary } from "../../address.js";
import { wordsOf } from "../../api.js";
import { filtersOf } from "../../data/question.js";
import { loadSearches, searches } from "../../data/searches.js";
import { common, searches as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Link } from "../shared/link.js";

/** @param {{ id: string }} props */
export function OpenSearch({ id }) {
  const problem = useSignal("");
  useEffect(() => void open(), [id]);
  return html`<main class="main">
    <section class="panel" id="content" aria-labelledby="search-title" tabindex="-1">
      <h1 id="search-title">${t.title}</h1>
      ${problem.value
        ? html`<p role="alert">${problem} <${Link} to="/">${t.toLibrary}<//></p>`
        : html`<p role="status">${common.loading}</p>`}
    </section>
  </main>`;

  async function open() {
    try {
      await loadSearches();
      const found = searches.value?.find((one) => one.id === id);
      if (found) showLibrary(filtersOf(found.query), { instead: true });
      else problem.value = t.missing;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}
