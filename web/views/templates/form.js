/** What the form of a review template holds, and the template that it makes. */

import { wordsIn } from "../../wording/edits.js";

/** @typedef {import("../../rule_types.js").Template} Template */
/** @typedef {import("../../rule_types.js").TemplateStep} Step */
/** @typedef {import("../../rule_types.js").Member} Member */

const MEGABYTE = 1024 ** 2;

/** The API takes no longer ids. */
const LONGEST_ID = 50;

/**
 * A step as inputs have it: lists with commas between, people by their addresses. `key` stays with
 * it wherever it is moved, `id` is empty until it is saved.
 * @typedef {{ key: string, id: string, name: string, type: "roles" | "users", roles: string,
 *   users: string, requires_all: boolean, timeout_hours: string, escalate_roles: string,
 *   escalate_users: string, on_timeout: "reject" | "approve" }} StepDraft
 *
 * @typedef {{ name: string, description: string, content_type: string, category: string,
 *   steps: StepDraft[], allow_self_approval: boolean, is_active: boolean, megabytes: string,
 *   uploaders: string, types: string }} Draft
 */

/** @returns {StepDraft} */
export function newStep() {
  return {
    key: crypto.randomUUID(),
    id: "",
    name: "",
    type: "roles",
    roles: "",
    users: "",
    requires_all: false,
    timeout_hours: "",
    escalate_roles: "",
    escalate_users: "",
    on_timeout: "reject",
  };
}

/**
 * @param {Template | null} template null for a new one.
 * @param {Member[]} members
 * @returns {Draft}
 */
export function draftOf(template, members) {
  const emails = new Map(members.map((one) => [one.id, one.email]));
  const people = (/** @type {string[] | null | undefined} */ ids) =>
    (ids ?? []).map((id) => emails.get(id) ?? id).join(", ");
  const conditions = template?.auto_approve_conditions;
  const limit = conditions?.file_size_limit;
  return {
    name: template?.name ?? "",
    description: template?.description ?? "",
    content_type: template?.content_type ?? "*",
    category: template?.category ?? "",
    steps: template?.steps.map((step) => stepOf(step, people)) ?? [newStep()],
    allow_self_approval: template?.allow_self_approval ?? false,
    is_active: template?.is_active ?? true,
    // A power of two: there and back nothing is lost.
    megabytes: limit === null || limit === undefined ? "" : String(limit / MEGABYTE),
    uploaders: people(conditions?.trusted_uploaders),
    types: (conditions?.safe_mime_types ?? []).join(", "),
  };
}

/**
 * @param {Step} step
 * @param {(ids: string[] | undefined) => string} people
 * @returns {StepDraft}
 */
function stepOf(step, people) {
  return {
    key: crypto.randomUUID(),
    id: step.id,
    name: step.name,
    type: step.approvers.type,
    roles: step.approvers.roles.join(", "),
    users: people(step.approvers.users),
    requires_all: step.requires_all,
    timeout_hours: String(step.timeout_hours),
    escalate_roles: (step.escalate_to?.roles ?? []).join(", "),
    escalate_users: people(step.escalate_to?.users),
    on_timeout: step.on_timeout,
  };
}

/**
 * What the API is to keep.
 * @param {Draft} draft
 * @returns {import("../../rule_types.js").TemplateWanted}
 */
export function wantedOf(draft) {
  const conditions = {
    file_size_limit: draft.megabytes.trim() ? Math.round(Number(draft.megabytes) * MEGABYTE) : null,
    trusted_uploaders: listed(draft.uploaders),
    safe_mime_types: listed(draft.types),
  };
  const some = Object.values(conditions).some((one) => one !== null);
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    content_type: draft.content_type.trim(),
    category: draft.category.trim() || null,
    steps: wantedSteps(draft.steps),
    auto_approve_conditions: some ? conditions : null,
    allow_self_approval: draft.allow_self_approval,
    is_active: draft.is_active,
  };
}

/** @param {StepDraft[]} steps */
function wantedSteps(steps) {
  const taken = new Set(steps.map((step) => step.id).filter(Boolean));
  return steps.map((step) => {
    const id = step.id || idFor(step.name, taken);
    taken.add(id);
    const escalation = { roles: wordsIn(step.escalate_roles), users: wordsIn(step.escalate_users) };
    const escalates = escalation.roles.length + escalation.users.length > 0;
    const byRole = step.type === "roles";
    return {
      id,
      name: step.name.trim(),
      approvers: {
        type: step.type,
        roles: byRole ? wordsIn(step.roles) : [],
        users: byRole ? [] : wordsIn(step.users),
      },
      requires_all: step.requires_all,
      timeout_hours: step.timeout_hours.trim() ? Number(step.timeout_hours) : null,
      escalate_to: escalates ? escalation : null,
      on_timeout: step.on_timeout,
    };
  });
}

/**
 * A name for programs that no other step has.
 * @param {string} name
 * @param {Set<string>} taken
 */
function idFor(name, taken) {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  const begin = plain.slice(0, LONGEST_ID) || "step";
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? begin : `${begin}-${count}`;
    if (!taken.has(id)) return id;
  }
}

/** @param {string} text @returns {string[] | null} null where nothing is listed. */
function listed(text) {
  const words = wordsIn(text);
  return words.length > 0 ? words : null;
}
