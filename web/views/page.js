/** The page as a whole. */

import { openId } from "../address.js";
import { order, state } from "../library.js";
import { email } from "../session.js";
import { uploads } from "../uploads/queue.js";
import { html } from "../vendor/preact.js";
import { Detail } from "./detail.js";
import { Drop } from "./drop.js";
import { Header } from "./header.js";
import { Library } from "./library.js";
import { SignIn } from "./sign_in.js";
import { Uploads } from "./uploads.js";

export function Page() {
  if (email.value === null) return html`<${SignIn} />`;
  const empty = state.value === "ready" && order.value.length === 0;
  return html`<${Header} />
    <main class=${`main ${uploads.value.length > 0 ? "with-uploads" : ""}`}>
      <${Drop} large=${empty} />
      <${Uploads} />
      ${!empty && html`<${Library} />`}
    </main>
    ${openId.value !== null && html`<${Detail} id=${openId.value} />`}`;
}
