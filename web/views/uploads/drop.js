/** Where files come in: choosing, dropping anywhere on the page, pasting. */

import { acceptedByKind, chooserTypes, largestBytes } from "../../uploads/accepting.js";
import { add } from "../../uploads/queue.js";
import { carriesFiles, filesOfDrop, filesOfPaste, handlesOf } from "../../uploads/gathering.js";
import { uploads as t } from "../../texts.js";
import { html, signal, useEffect, useRef } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";

const hovered = signal(false);

/** @param {{ large: boolean }} props `large` when there is nothing else on the page yet. */
export function Drop({ large }) {
  const files = useRef(/** @type {HTMLInputElement | null} */ (null));
  const folder = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(listen, []);
  return html`<section
    class=${`drop ${large ? "large" : ""} ${hovered.value ? "hovered" : ""}`}
    aria-label=${t.area}
  >
    <${Icon} name="upload" class="drop-icon" />
    <div class="drop-words">
      ${large
        ? html`<h1 class="drop-title">${hovered.value ? t.letGo : t.emptyLibrary}</h1>`
        : html`<p class="drop-title">${hovered.value ? t.letGo : t.dropHere}</p>`}
      <p class="drop-hint">${large ? t.emptyHint : t.hint}</p>
      <${Accepted} open=${large} />
    </div>
    <div class="drop-buttons">
      <button class="button primary" onClick=${() => files.current?.click()}>${t.chooseFiles}</button>
      <button class="button" onClick=${() => folder.current?.click()}>
        <${Icon} name="folder" />${t.chooseFolder}
      </button>
    </div>
    <input
      ref=${files}
      type="file"
      multiple
      hidden
      accept=${chooserTypes()}
      aria-label=${t.fileInput}
      onChange=${take}
    />
    <input ref=${folder} type="file" webkitdirectory hidden aria-label=${t.folderInput} onChange=${take} />
  </section>`;
}

/** What may come, by kind, and how large. @param {{ open: boolean }} props */
function Accepted({ open }) {
  const kinds = acceptedByKind();
  if (kinds.length === 0) return null;
  return html`<details class="accepted" open=${open}>
    <summary>${t.accepted(largestBytes())}</summary>
    <ul>
      ${kinds.map(([kind, names]) => html`<li key=${kind}>${t.kindOfFiles(kind, names)}</li>`)}
    </ul>
  </details>`;
}

/** @param {Event & { currentTarget: HTMLInputElement }} event */
function take(event) {
  add([...(event.currentTarget.files ?? [])]);
  event.currentTarget.value = "";
}

/** Listen to the whole page; gives the way to stop. */
function listen() {
  const listening = new AbortController();
  const { signal } = listening;
  let depth = 0;
  addEventListener("dragenter", (e) => hover(e, (depth += 1)), { signal });
  addEventListener("dragleave", (e) => hover(e, (depth = Math.max(0, depth - 1))), { signal });
  addEventListener("dragover", (e) => carriesFiles(e.dataTransfer) && e.preventDefault(), { signal });
  addEventListener(
    "drop",
    (event) => {
      hover(event, (depth = 0));
      if (!event.dataTransfer || !carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      const handles = handlesOf(event.dataTransfer);
      filesOfDrop(event.dataTransfer).then(async (found) => add(found, await handles(found)));
    },
    { signal },
  );
  addEventListener("paste", (e) => add(filesOfPaste(e.clipboardData, new Date())), { signal });
  return () => listening.abort();
}

/**
 * @param {DragEvent} event
 * @param {number} depth How many elements the drag is inside of.
 */
function hover(event, depth) {
  hovered.value = depth > 0 && carriesFiles(event.dataTransfer);
}
