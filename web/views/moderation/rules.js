/** The page of moderation rules: what each looks for, and what it does. */

import { addressOfRule } from "../../address.js";
import { allRules, changeRule } from "../../data/moderation.js";
import { say } from "../../data/toasts.js";
import { common, moderation as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Tabs } from "../inbox/tabs.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Trouble } from "../shared/trouble.js";
import { Sheet } from "../shell/sheet.js";

/** @typedef {import("../../rule_types.js").ModerationRule} ModerationRule */

export function Rules() {
  const found = useSignal(/** @type {ModerationRule[] | null} */ (null));
  const trouble = useSignal(/** @type {unknown} */ (null));
  useEffect(() => void load(), []);
  return html`<${Sheet} title=${t.rules} before=${html`<${Tabs} />`}>
    <p class="sheet-lead">${t.rulesLead}</p>
    ${trouble.value && html`<${Trouble} error=${trouble.value} retry=${found.value === null ? load : null} />`}
    ${found.value === null && !trouble.value && html`<p class="hint" role="status">${common.loading}</p>`}
    ${found.value &&
    html`<p><${Link} class="button primary" to=${addressOfRule("new")}><${Icon} name="add" />${t.newRule}<//></p>`}
    ${found.value?.length === 0 && html`<p class="hint">${t.noRules}</p>`}
    ${found.value &&
    found.value.length > 0 &&
    html`<ul class="panel kept" aria-label=${t.rules}>
      ${found.value.map((one) => html`<${Row} key=${one.id} rule=${one} turn=${turn} />`)}
    </ul>`}
  <//>`;

  async function load() {
    trouble.value = null;
    try {
      found.value = await allRules();
    } catch (error) {
      trouble.value = error;
    }
  }

  /** @param {ModerationRule} rule */
  async function turn(rule) {
    trouble.value = null;
    try {
      const now = await changeRule(rule.id, { is_active: !rule.is_active });
      found.value = (found.value ?? []).map((one) => (one.id === now.id ? now : one));
      say(now.is_active ? t.switchedOn(now.name) : t.switchedOff(now.name));
    } catch (error) {
      trouble.value = error;
    }
  }
}

/** @param {{ rule: ModerationRule, turn: (rule: ModerationRule) => void }} props */
function Row({ rule, turn }) {
  const { id, name, when, action, is_active: isActive } = rule;
  return html`<li class="kept-one">
    <div>
      <p class="kept-name">
        <${Link} to=${addressOfRule(id)}><bdi>${name}</bdi><//>
        <span class=${`badge ${isActive ? "approved" : "closed"}`}>${isActive ? t.active : t.off}</span>
      </p>
      <p>${t.actions[action]}</p>
      <ul class="hint">
        ${when.map((one, at) => html`<li key=${at}><bdi>${t.conditionWords(one)}</bdi></li>`)}
      </ul>
    </div>
    <button class="button small" aria-label=${t.turnOf(name, isActive)} onClick=${() => turn(rule)}>
      ${isActive ? t.switchOff : t.switchOn}
    </button>
  </li>`;
}
