/** Taking in the player that shows a code. */

import { addressOfDevice, go } from "../../address.js";
import { wordsOf } from "../../api.js";
import { takeIn } from "../../data/screens.js";
import { say } from "../../data/toasts.js";
import { screens as t } from "../../texts.js";
import { html, useRef, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { SaidFields, saidIn } from "./said.js";

export function Pairing() {
  const problem = useSignal("");
  const acting = useSignal(false);
  const key = useRef(crypto.randomUUID());
  return html`<details class="fold panel">
    <summary>${t.pair}</summary>
    <form class="screen-form" aria-label=${t.pair} onSubmit=${take}>
      <div class="field">
        <label for="pair-code">${t.code}</label>
        <input id="pair-code" class="code" name="code" required maxlength="40" autocomplete="off" autocapitalize="characters"
          spellcheck=${false} aria-describedby="pair-code-hint" />
        <p class="hint" id="pair-code-hint">${t.codeHint}</p>
      </div>
      <${SaidFields} id="pair" />
      ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
      <div class="field-row">
        <button class="button primary" disabled=${acting.value}><${Icon} name="add" />${t.pair}</button>
      </div>
    </form>
  </details>`;

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function take(event) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    problem.value = "";
    acting.value = true;
    try {
      const made = await takeIn({ code: String(form.get("code")), ...saidIn(form) }, key.current);
      say(t.paired);
      go(addressOfDevice(made.id));
    } catch (error) {
      problem.value = wordsOf(error);
      // What was refused may be put right, and is another request then.
      key.current = crypto.randomUUID();
    } finally {
      acting.value = false;
    }
  }
}
