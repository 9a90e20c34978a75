/** The console's start: session first, then the page, which follows the session from there on. */

import { filters, place, readAddress } from "./address.js";
import { followNone } from "./data/following.js";
import { chooseNoReview } from "./data/deciding.js";
import { forgetFacets } from "./data/facets.js";
import { closeInbox, loadInbox } from "./data/inbox.js";
import { closeLibrary, openLibrary, refreshTenant, tenant, whenTenantKnown } from "./data/library.js";
import { forgetSearches } from "./data/searches.js";
import { clearSelection } from "./data/selection.js";
import { forgetMe, loadMe, mayUpload } from "./data/me.js";
import { email, startSession } from "./session.js";
import { carriesFiles } from "./uploads/gathering.js";
import { findElsewhere, forgetElsewhere } from "./uploads/elsewhere.js";
import { prepareHashing } from "./uploads/hashing.js";
import { findInterrupted, forgetInterrupted } from "./uploads/interrupted.js";
import { busy } from "./uploads/pace.js";
import { cancelAll, clearDone } from "./uploads/queue.js";
import { effect, html, render, untracked } from "./vendor/preact.js";
import { Page } from "./views/shell/page.js";
import { Unreachable } from "./views/shell/sign_in.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

/** What the library was asked for last since somebody signed in: other pages do not need it. */
let libraryOpened = "";

try {
  await startSession();
  readAddress();
  effect(() => (email.value === null ? untracked(leave) : untracked(enter)));
  effect(() => {
    if (email.value !== null && place.value.name === "library") enterLibrary(filters.value);
  });
  render(html`<${Page} />`, root);
} catch {
  render(html`<${Unreachable} />`, root);
}

addEventListener("beforeunload", (event) => {
  if (busy.value) event.preventDefault();
});

// A file that is dropped where none is taken must not take the page's place.
for (const kind of /** @type {const} */ (["dragover", "drop"])) {
  addEventListener(kind, (event) => carriesFiles(event.dataTransfer) && event.preventDefault());
}

// Things go on meanwhile: whoever comes back to the page sees what waits and is open now.
addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || email.value === null) return;
  loadInbox();
  lookElsewhere();
});

function enter() {
  loadMe().then(() => {
    if (mayUpload.value) prepareHashing();
    lookElsewhere();
    // What could not be had before is asked for once more.
    whenTenantKnown().then(() => tenant.value || refreshTenant());
  });
  refreshTenant();
  // Where the browser keeps nothing, there is nothing to go on with.
  findInterrupted().catch(() => {});
  loadInbox();
}

/** What is open elsewhere is worth no complaint. */
function lookElsewhere() {
  if (mayUpload.value) findElsewhere().catch(() => {});
}

/** @param {Record<string, string>} wanted */
function enterLibrary(wanted) {
  const asked = JSON.stringify(wanted);
  if (asked === libraryOpened) return;
  libraryOpened = asked;
  untracked(() => {
    clearSelection();
    openLibrary();
  });
}

function leave() {
  libraryOpened = "";
  clearSelection();
  cancelAll();
  clearDone();
  followNone();
  closeLibrary();
  closeInbox();
  chooseNoReview();
  forgetInterrupted();
  forgetElsewhere();
  forgetFacets();
  forgetSearches();
  forgetMe();
}
