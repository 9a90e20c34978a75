/** The console's start: session first, then the page, which follows the session from there on. */

import { place, readAddress } from "./address.js";
import { followNone } from "./following.js";
import { closeInbox, loadInbox } from "./inbox.js";
import { closeLibrary, openLibrary, refreshTenant } from "./library.js";
import { email, startSession } from "./session.js";
import { busy } from "./uploads/pace.js";
import { cancelAll, clearDone } from "./uploads/queue.js";
import { effect, html, render, untracked } from "./vendor/preact.js";
import { Page } from "./views/page.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

/** Whether the library was asked for since somebody signed in: other pages do not need it. */
let libraryOpened = false;

try {
  await startSession();
  readAddress();
  effect(() => (email.value === null ? untracked(leave) : untracked(enter)));
  effect(() => {
    if (email.value !== null && place.value.name === "library") untracked(enterLibrary);
  });
  render(html`<${Page} />`, root);
} catch {
  render(
    html`<p class="centred" role="alert">
      Reef cannot be reached. <a href="/">Try again</a>
    </p>`,
    root,
  );
}

addEventListener("beforeunload", (event) => {
  if (busy.value) event.preventDefault();
});

// Others decide meanwhile: whoever comes back to the page sees what waits now.
addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && email.value !== null) loadInbox();
});

function enter() {
  refreshTenant();
  loadInbox();
}

function enterLibrary() {
  if (!libraryOpened) openLibrary();
  libraryOpened = true;
}

function leave() {
  libraryOpened = false;
  cancelAll();
  clearDone();
  followNone();
  closeLibrary();
  closeInbox();
}
