/** The page of all share links that one has made, and their figures together. */

import { addressOf, addressOfCollection } from "../../address.js";
import { wordsOf } from "../../api.js";
import { loadCollection } from "../../data/collections.js";
import { assetOf, loadAsset } from "../../data/library.js";
import { isAdmin } from "../../data/me.js";
import { pageOfLinks } from "../../data/shares.js";
import { common, shares as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";
import { Figures } from "./figures.js";
import { LinkRow } from "./link_row.js";

/** @typedef {import("../../types.js").ShareLink} ShareLink */

export function Shares() {
  const links = useSignal(/** @type {ShareLink[] | null} */ (null));
  const next = useSignal(/** @type {string | null} */ (null));
  const problem = useSignal("");
  useEffect(() => void load(), []);
  return html`<${Sheet} title=${t.title} wide>
    <p class="sheet-lead">${isAdmin.value ? t.leadAdmin : t.lead}</p>
    ${isAdmin.value &&
    html`<section class="panel" aria-label=${t.inAll}><h2>${t.inAll}</h2><${Figures} path="" /></section>`}
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${links.value === null
      ? !problem.value && html`<p class="hint" role="status">${common.loading}</p>`
      : links.value.length === 0
        ? html`<p class="hint">${t.none}</p>`
        : html`<ul class="link-list panel">
            ${links.value.map((link) => html`<${Shared} key=${link.uuid} link=${link} changed=${load} />`)}
          </ul>`}
    ${next.value && html`<button class="button" onClick=${() => load(next.value)}>${common.showMore}</button>`}
  <//>`;

  /** @param {string | null} [cursor] */
  async function load(cursor = null) {
    problem.value = "";
    try {
      const page = await pageOfLinks(typeof cursor === "string" ? cursor : null);
      links.value = typeof cursor === "string" ? [...(links.value ?? []), ...page.items] : page.items;
      next.value = page.next_cursor;
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/** @param {{ link: ShareLink, changed: () => void }} props */
function Shared({ link, changed }) {
  const collected = useSignal("");
  const known = link.asset_id ? assetOf(link.asset_id).value : null;
  useEffect(() => {
    // Without a name the row still is good for something.
    if (link.asset_id && !known) loadAsset(link.asset_id).catch(() => {});
    if (link.collection_id) {
      loadCollection(link.collection_id).then(
        ({ body }) => (collected.value = body.name),
        () => {},
      );
    }
  }, [link.asset_id, link.collection_id]);
  const name = link.title || known?.title || collected.value || t.unnamed;
  const to = link.asset_id ? addressOf(link.asset_id) : addressOfCollection(link.collection_id ?? "");
  const head = html`<h2 class="link-title" dir="auto"><${Link} to=${to}>${name}<//></h2>`;
  return html`<${LinkRow} link=${link} name=${name} head=${head} changed=${changed} />`;
}
