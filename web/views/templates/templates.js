/** The page of review templates: what each applies to, and its steps. */

import { addressOfTemplate } from "../../address.js";
import { allTemplates, switchTemplate } from "../../data/templates.js";
import { say } from "../../data/toasts.js";
import { common, templates as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Icon } from "../shared/icons.js";
import { Link } from "../shared/link.js";
import { Trouble } from "../shared/trouble.js";
import { Tabs } from "../inbox/tabs.js";
import { Sheet } from "../shell/sheet.js";

/** @typedef {import("../../rule_types.js").Template} Template */

export function Templates() {
  const found = useSignal(/** @type {Template[] | null} */ (null));
  const trouble = useSignal(/** @type {unknown} */ (null));
  useEffect(() => void load(), []);
  return html`<${Sheet} title=${t.title} before=${html`<${Tabs} />`}>
    <p class="sheet-lead">${t.lead}</p>
    ${trouble.value && html`<${Trouble} error=${trouble.value} retry=${found.value === null ? load : null} />`}
    ${found.value === null && !trouble.value && html`<p class="hint" role="status">${common.loading}</p>`}
    ${found.value &&
    html`<p><${Link} class="button primary" to=${addressOfTemplate("new")}><${Icon} name="add" />${t.newOne}<//></p>`}
    ${found.value?.length === 0 && html`<p class="hint">${t.none}</p>`}
    ${found.value &&
    found.value.length > 0 &&
    html`<ul class="panel kept" aria-label=${t.title}>
      ${found.value.map((one) => html`<${Row} key=${one.id} template=${one} turn=${turn} />`)}
    </ul>`}
  <//>`;

  async function load() {
    trouble.value = null;
    try {
      found.value = await allTemplates();
    } catch (error) {
      trouble.value = error;
    }
  }

  /** @param {Template} template */
  async function turn(template) {
    trouble.value = null;
    try {
      const now = await switchTemplate(template, !template.is_active);
      found.value = (found.value ?? []).map((one) => (one.id === now.id ? now : one));
      say(now.is_active ? t.switchedOn(now.name) : t.switchedOff(now.name));
    } catch (error) {
      trouble.value = error;
    }
  }
}

/** @param {{ template: Template, turn: (template: Template) => void }} props */
function Row({ template, turn }) {
  const { id, name, description, content_type: type, category, steps, is_active: isActive } = template;
  return html`<li class="kept-one">
    <div>
      <p class="kept-name">
        <${Link} to=${addressOfTemplate(id)}><bdi>${name}</bdi><//>
        <span class=${`badge ${isActive ? "approved" : "closed"}`}>${isActive ? t.active : t.off}</span>
      </p>
      <p><bdi>${t.appliesTo(type, category)}</bdi></p>
      <p class="hint"><bdi>${t.stepNames(steps.map((step) => step.name))}</bdi></p>
      ${description && html`<p class="hint" dir="auto">${description}</p>`}
    </div>
    <button class="button small" aria-label=${t.turnOf(name, isActive)} onClick=${() => turn(template)}>
      ${isActive ? t.switchOff : t.switchOn}
    </button>
  </li>`;
}
