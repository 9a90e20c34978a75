/** The console's start: session first, then the page, which follows the session from there on. */

import { followNone } from "./following.js";
import { closeLibrary, openLibrary } from "./library.js";
import { email, startSession } from "./session.js";
import { busy } from "./uploads/pace.js";
import { cancelAll, clearDone } from "./uploads/queue.js";
import { effect, html, render, untracked } from "./vendor/preact.js";
import { Page } from "./views/page.js";

const place = /** @type {HTMLElement} */ (document.getElementById("app"));

try {
  await startSession();
  effect(() => (email.value === null ? untracked(leave) : untracked(enter)));
  render(html`<${Page} />`, place);
} catch {
  render(
    html`<p class="centred" role="alert">
      Reef cannot be reached. <a href="/">Try again</a>
    </p>`,
    place,
  );
}

addEventListener("beforeunload", (event) => {
  if (busy.value) event.preventDefault();
});

function enter() {
  openLibrary();
}

function leave() {
  cancelAll();
  clearDone();
  followNone();
  closeLibrary();
}
