/** The pages for whoever is not signed in, and for whom Reef does not answer. */

import { notice, signIn } from "../../session.js";
import { common, shell as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Icon, Mark } from "../shared/icons.js";

export function SignIn() {
  return html`<main class="welcome">
    <div class="welcome-card">
      <${Mark} />
      <h1>${t.reef}</h1>
      <p class="welcome-words">${t.lead}</p>
      ${notice.value &&
      html`<p class="message" role="alert"><${Icon} name="alert" />${notice}</p>`}
      <button class="button primary wide" onClick=${signIn}>${t.signIn}</button>
    </div>
  </main>`;
}

/** The address stays as it is: a link from a mail still leads where it should. */
export function Unreachable() {
  return html`<main class="welcome">
    <div class="welcome-card">
      <${Mark} />
      <h1>${t.reef}</h1>
      <p class="message" role="alert"><${Icon} name="alert" />${t.unreachable}</p>
      <button class="button primary wide" onClick=${() => location.reload()}>${common.tryAgain}</button>
    </div>
  </main>`;
}
