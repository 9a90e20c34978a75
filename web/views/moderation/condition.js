/** One condition of a moderation rule. */

import { moderation as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { Field, Select } from "../shared/field.js";
import { Icon } from "../shared/icons.js";
import { isNamed, opsOf, wantsNumber } from "./form.js";

/** @typedef {import("./form.js").ConditionDraft} ConditionDraft */

/** The API takes no more. */
const LONGEST_VALUE = 500;

/**
 * @param {{ condition: ConditionDraft, at: number, single: boolean,
 *   put: (changes: Partial<ConditionDraft>) => void, remove: () => void }} props
 */
export function Condition({ condition, at, single, put, remove }) {
  const { key, field, name, op, value } = condition;
  const isNumber = wantsNumber(field, op);
  return html`<section class="panel stack" aria-label=${t.conditionNumber(at + 1)}>
    <div class="condition">
      <${Select} id=${`${key}-field`} words=${t.field} options=${Object.entries(t.fields)} value=${field} put=${turn} />
      ${isNamed(field) &&
      html`<${Field} id=${`${key}-name`} words=${t.fieldName} hint=${t.fieldNameHints[field]} value=${name}
        required=${field === "custom"} maxlength="190"
        put=${(/** @type {string} */ text) => put({ name: text })} />`}
      <${Select} id=${`${key}-op`} words=${t.op} options=${opsOf(field).map((one) => [one, t.ops[one]])} value=${op}
        put=${(/** @type {ConditionDraft["op"]} */ one) => put({ op: one })} />
      <${Field} id=${`${key}-value`} words=${field === "size_bytes" ? t.megabytes : t.value}
        hint=${op === "matches" ? t.matchesHint : undefined} value=${value} required maxlength=${LONGEST_VALUE}
        type=${isNumber ? "number" : undefined} step=${isNumber ? "any" : undefined}
        put=${(/** @type {string} */ text) => put({ value: text })} />
    </div>
    ${!single &&
    html`<div>
      <button class="button small" type="button" aria-label=${`${t.takeOut}: ${t.conditionNumber(at + 1)}`} onClick=${remove}>
        <${Icon} name="close" />${t.takeOut}
      </button>
    </div>`}
  </section>`;

  /** Another field may not be put to the same comparison. @param {string} next */
  function turn(next) {
    const ops = opsOf(next);
    put({ field: next, op: ops.includes(op) ? op : ops[0], before: null });
  }
}
