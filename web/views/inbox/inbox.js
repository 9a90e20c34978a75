/** What waits for whoever is signed in, and what they were told. */

import { PREFERENCES } from "../../address.js";
import { forgetUnread } from "../../data/comments.js";
import { approveChosen, chooseNoReview, chosen, refused } from "../../data/deciding.js";
import { entries, loadInbox, loadMore, nextCursor, problem, state, waiting } from "../../data/inbox.js";
import { say } from "../../data/toasts.js";
import { common, inbox as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Sheet } from "../shell/sheet.js";
import { Row } from "./row.js";
import { Tabs } from "./tabs.js";

/** @typedef {import("../../types.js").InboxEntry} Entry */

export function Inbox() {
  useEffect(() => {
    forgetUnread();
    loadInbox();
    return chooseNoReview;
  }, []);
  const told = entries.value.filter((entry) => !entry.is_open);
  return html`<${Sheet} title=${t.title} before=${html`<${Tabs} />`}>
    ${state.value === "failed" &&
    html`<div class="message" role="alert">
      <${Icon} name="alert" />
      <p>${t.failed} ${problem}</p>
      <button class="button" onClick=${loadInbox}><${Icon} name="retry" />${common.tryAgain}</button>
    </div>`}
    ${state.value === "loading" && html`<p class="hint" role="status">${common.loading}</p>`}
    ${state.value === "ready" &&
    waiting.value.length === 0 &&
    html`<p class="panel hint">${t.nothing}</p>`}
    <${Chosen} />
    <${Group} title=${t.toDecide} entries=${waiting.value} />
    <${Group} title=${t.earlier} entries=${told} />
    ${nextCursor.value &&
    html`<p class="more"><button class="button" onClick=${loadMore}>${common.showMore}</button></p>`}
    <p class="inbox-more"><${Link} to=${PREFERENCES}>${t.choose}<//></p>
  <//>`;
}

/** @param {{ title: string, entries: Entry[] }} props */
function Group({ title, entries }) {
  if (entries.length === 0) return null;
  return html`<section class="inbox" aria-label=${title}>
    <h2 class="small-heading">${title}</h2>
    <ul class="panel inbox-list">
      ${entries.map((entry) => html`<${Row} key=${entry.id} entry=${entry} />`)}
    </ul>
  </section>`;
}

/** What can be done with the reviews that are chosen. */
function Chosen() {
  const acting = useSignal(false);
  const count = chosen.value.size;
  return html`${refused.value.length > 0 &&
    html`<ul class="message" role="alert">
      ${refused.value.map((words) => html`<li key=${words}>${words}</li>`)}
    </ul>`}
    ${count > 0 &&
    html`<div class="chosen-bar" role="region" aria-label=${t.chosen}>
      <strong role="status">${t.chosenCount(count)}</strong>
      <button class="button primary small" disabled=${acting.value} onClick=${approve}>
        <${Icon} name="check" />${t.approveAll}
      </button>
      <button class="button quiet small" onClick=${chooseNoReview}>${t.chooseNone}</button>
    </div>`}`;

  async function approve() {
    acting.value = true;
    try {
      const approved = await approveChosen();
      if (approved > 0) say(t.approved(approved));
    } finally {
      acting.value = false;
    }
  }
}
