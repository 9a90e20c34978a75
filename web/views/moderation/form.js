/** What the form of a moderation rule holds, and the rule that it makes. */

/** @typedef {import("../../rule_types.js").ModerationRule} ModerationRule */
/** @typedef {import("../../rule_types.js").Condition} Condition */

const MEGABYTE = 1024 ** 2;

/** Fields that are followed by a name, as the API writes them. */
const NAMED = ["custom", "embedded"];

/**
 * A condition as inputs have it; `before` is what it was, whose number stays one.
 * @typedef {{ key: string, field: string, name: string, op: Condition["op"], value: string,
 *   before: string | number | null }} ConditionDraft
 *
 * @typedef {{ name: string, when: ConditionDraft[], action: ModerationRule["action"],
 *   template_id: string, is_active: boolean }} Draft
 */

/** @returns {ConditionDraft} */
export function newCondition() {
  return { key: crypto.randomUUID(), field: "title", name: "", op: "contains", value: "", before: null };
}

/**
 * @param {ModerationRule | null} rule null for a new one.
 * @returns {Draft}
 */
export function draftOf(rule) {
  return {
    name: rule?.name ?? "",
    when: rule?.when.map(draftOfCondition) ?? [newCondition()],
    action: rule?.action ?? "flag",
    template_id: rule?.template_id ?? "",
    is_active: rule?.is_active ?? true,
  };
}

/**
 * @param {Condition} condition
 * @returns {ConditionDraft}
 */
function draftOfCondition({ field, op, value }) {
  const named = NAMED.find((one) => field.startsWith(`${one}.`));
  const size = field === "size_bytes" && typeof value === "number";
  return {
    key: crypto.randomUUID(),
    field: named ?? field,
    name: named ? field.slice(named.length + 1) : "",
    op,
    // A power of two: there and back nothing is lost.
    value: String(size ? value / MEGABYTE : value),
    before: value,
  };
}

/**
 * What the API is to keep.
 * @param {Draft} draft
 * @returns {import("../../rule_types.js").RuleWanted}
 */
export function wantedOf({ name, when, action, template_id: template, is_active }) {
  const required = action === "require_template" ? template : null;
  return { name: name.trim(), when: when.map(conditionOf), action, template_id: required, is_active };
}

/**
 * @param {ConditionDraft} draft
 * @returns {Condition}
 */
function conditionOf({ field, name, op, value, before }) {
  const whole = NAMED.includes(field) && name.trim() ? `${field}.${name.trim()}` : field;
  if (field === "size_bytes") return { field, op, value: Math.round(Number(value) * MEGABYTE) };
  const isNumber = wantsNumber(field, op) || (typeof before === "number" && value === String(before));
  return { field: whole, op, value: isNumber ? Number(value) : value };
}

/**
 * Whether a condition can only be held against a number.
 * @param {string} field
 * @param {string} op
 */
export function wantsNumber(field, op) {
  return field === "size_bytes" || op === "greater_than";
}

/**
 * The comparisons that a field can be put to.
 * @param {string} field
 * @returns {Condition["op"][]}
 */
export function opsOf(field) {
  if (field === "size_bytes") return ["greater_than", "equals"];
  if (NAMED.includes(field)) return ["equals", "contains", "matches", "greater_than"];
  return ["contains", "equals", "matches"];
}

/**
 * Whether a field is followed by a name: `embedded` may stand alone, for whatever is embedded.
 * @param {string} field
 */
export function isNamed(field) {
  return NAMED.includes(field);
}
