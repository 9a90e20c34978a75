/** The question what becomes of a file whose bytes are there already. */

import { addressOf, open } from "../../address.js";
import { uploads as t } from "../../texts.js";
import { decide } from "../../uploads/queue.js";
import { html } from "../../vendor/preact.js";
import { Link } from "../shared/link.js";

/** @param {{ upload: import("../../uploads/queue.js").Upload }} props */
export function Twins({ upload }) {
  const [twin] = upload.twins.value;
  const { name } = upload.file;
  const { id, title } = twin;
  return html`<div class="twins" role="group" aria-label=${t.twinsOf(name)}>
    <p>
      ${id
        ? t.twinIs(html`<${Link} to=${addressOf(id)} follow=${() => open(id)}>${title}<//>`)
        : t.twinInList(html`<bdi>${title}</bdi>`)}
    </p>
    <div class="twins-choices">
      <${Choice} upload=${upload} choice="skip" words=${t.skip} />
      ${id && html`<${Choice} upload=${upload} choice="link" words=${upload.target ? t.linkVersion : t.link} />`}
      ${twin.editable &&
      !upload.target &&
      html`<${Choice} upload=${upload} choice="version" words=${t.newVersion} />`}
      <${Choice} upload=${upload} choice="send" words=${t.send} />
    </div>
  </div>`;
}

/**
 * @param {{ upload: import("../../uploads/queue.js").Upload, words: string,
 *   choice: "send" | "link" | "version" | "skip" }} props
 */
function Choice({ upload, choice, words }) {
  return html`<button class="button small" onClick=${answer}>${words}</button>`;

  /** @param {Event & { currentTarget: HTMLElement }} event The keyboard goes on, since the buttons go. */
  function answer({ currentTarget }) {
    const next = currentTarget.closest("section, dialog")?.querySelector(`h2[tabindex]`);
    decide(upload, choice);
    if (next instanceof HTMLElement) next.focus();
  }
}
