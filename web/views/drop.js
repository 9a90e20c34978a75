/** Where files come in: choosing, dropping anywhere on the page, pasting. */

import { add } from "../uploads/queue.js";
import { carriesFiles, filesOfDrop, filesOfPaste } from "../uploads/gathering.js";
import { html, signal, useEffect, useRef } from "../vendor/preact.js";
import { Icon } from "./icons.js";

const hovered = signal(false);

/** @param {{ large: boolean }} props `large` when there is nothing else on the page yet. */
export function Drop({ large }) {
  const files = useRef(/** @type {HTMLInputElement | null} */ (null));
  const folder = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(listen, []);
  return html`<section
    class=${`drop ${large ? "large" : ""} ${hovered.value ? "hovered" : ""}`}
    aria-label="Upload"
  >
    <${Icon} name="upload" class="drop-icon" />
    <div class="drop-words">
      <p class="drop-title">
        ${hovered.value ? "Let go to upload" : large ? "Your library is empty" : "Drop files here"}
      </p>
      <p class="drop-hint">
        ${large
          ? "Drop images, videos, sounds or documents anywhere on this page to begin."
          : "Files and folders, anywhere on this page. Pasting an image works too."}
      </p>
    </div>
    <div class="drop-buttons">
      <button class="button primary" onClick=${() => files.current?.click()}>Choose files</button>
      <button class="button" onClick=${() => folder.current?.click()}>
        <${Icon} name="folder" />Choose a folder
      </button>
    </div>
    <input ref=${files} type="file" multiple hidden aria-label="Files" onChange=${take} />
    <input ref=${folder} type="file" webkitdirectory hidden aria-label="Folder" onChange=${take} />
  </section>`;
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
      filesOfDrop(event.dataTransfer).then(add);
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
