/** The page as a whole. */

import { openId, place } from "../address.js";
import { order, state } from "../library.js";
import { email } from "../session.js";
import { uploads } from "../uploads/queue.js";
import { html } from "../vendor/preact.js";
import { Detail } from "./detail.js";
import { Drop } from "./drop.js";
import { Header } from "./header.js";
import { Inbox } from "./inbox.js";
import { Library } from "./library.js";
import { Preferences } from "./preferences.js";
import { Review } from "./review.js";
import { SignIn } from "./sign_in.js";
import { Uploads } from "./uploads.js";

export function Page() {
  if (email.value === null) return html`<${SignIn} />`;
  return html`<${Header} />
    <${Place} />
    ${openId.value !== null && html`<${Detail} id=${openId.value} />`}`;
}

function Place() {
  const { name, id } = place.value;
  switch (name) {
    case "workflow":
      return html`<${Review} key=${id} id=${id} />`;
    case "inbox":
      return html`<${Inbox} />`;
    case "preferences":
      return html`<${Preferences} />`;
    default:
      return html`<${Home} />`;
  }
}

function Home() {
  const empty = state.value === "ready" && order.value.length === 0;
  return html`<main class=${`main ${uploads.value.length > 0 ? "with-uploads" : ""}`}>
    <${Drop} large=${empty} />
    <${Uploads} />
    ${!empty && html`<${Library} />`}
  </main>`;
}
