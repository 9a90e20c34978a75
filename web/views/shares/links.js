/** The share links of one asset or collection, and the way to another one. */

import { wordsOf } from "../../api.js";
import { keepCurrent } from "../../data/current.js";
import { shares as t } from "../../texts.js";
import { html, useEffect, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Terms } from "./terms.js";
import { LinkRow } from "./link_row.js";
import { PassOn } from "./pass_on.js";

/** @typedef {import("../../types.js").ShareLink} ShareLink */

/**
 * @param {{ shared: import("../../data/shares.js").Shared, list: () => Promise<ShareLink[]>,
 *   may: boolean }} props `list` loads the links; `may` says whether a link can be made now.
 */
export function Links({ shared, list, may }) {
  const links = useSignal(/** @type {ShareLink[]} */ ([]));
  const problem = useSignal("");
  const making = useSignal(false);
  const current = useRef(keepCurrent()).current;
  const made = useSignal(/** @type {{ made: import("../../types.js").ShareMade, password: string } | null} */ (null));
  useEffect(() => void load(), []);
  if (!may && links.value.length === 0) return null;
  return html`<section class="links" aria-labelledby="links-title">
    <h3 id="links-title" class="small-heading">${t.title}</h3>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${made.value && html`<${PassOn} ...${made.value} close=${() => (made.value = null)} />`}
    ${making.value
      ? html`<${Terms} shared=${shared} done=${take} leave=${() => (making.value = false)} />`
      : may &&
        html`<button class="button small" onClick=${() => (making.value = true)}>
          <${Icon} name="share" />${t.newLink}
        </button>`}
    ${links.value.length > 0 &&
    html`<ul class="link-list">
      ${links.value.map((link) => html`<${LinkRow} key=${link.uuid} link=${link} changed=${loadAgain} />`)}
    </ul>`}
  </section>`;

  async function load() {
    try {
      links.value = await current.load(list);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }

  function loadAgain() {
    current.changed();
    return load();
  }

  /** @param {import("../../types.js").ShareMade} answer @param {string} password */
  function take(answer, password) {
    making.value = false;
    made.value = { made: answer, password };
    current.changed();
    links.value = [answer.share_link, ...links.value];
  }
}
