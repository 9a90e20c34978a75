/** The page for whoever is not signed in. */

import { notice, signIn } from "../session.js";
import { html } from "../vendor/preact.js";
import { Icon, Mark } from "./icons.js";

export function SignIn() {
  return html`<main class="welcome">
    <div class="welcome-card">
      <${Mark} />
      <h1>Reef</h1>
      <p class="welcome-words">
        The media of your screens: scanned, described and ready to play.
      </p>
      ${notice.value &&
      html`<p class="message" role="alert"><${Icon} name="alert" />${notice}</p>`}
      <button class="button primary wide" onClick=${signIn}>Sign in</button>
    </div>
  </main>`;
}
