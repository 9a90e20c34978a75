/**
 * The shapes of the API's answers on review templates and moderation.
 *
 * @typedef {{ id: string, email: string, roles: string[], is_active: boolean }} Member
 *
 * @typedef {object} TemplateStep
 * @property {string} id
 * @property {string} name
 * @property {{ type: "roles" | "users", roles: string[], users: string[] }} approvers
 * @property {boolean} requires_all
 * @property {number | null} timeout_hours
 * @property {{ roles: string[], users: string[] } | null} escalate_to
 * @property {"reject" | "approve"} on_timeout
 *
 * @typedef {object} TemplateWanted
 * @property {string} name
 * @property {string} description
 * @property {string} content_type
 * @property {string | null} category
 * @property {TemplateStep[]} steps
 * @property {{ file_size_limit: number | null, trusted_uploaders: string[] | null,
 *   safe_mime_types: string[] | null } | null} auto_approve_conditions
 * @property {boolean} allow_self_approval
 * @property {boolean} is_active
 *
 * @typedef {TemplateWanted & { id: string, created_by: import("./types.js").Person, created_at: string,
 *   updated_at: string }} Template
 *
 * @typedef {{ field: string, op: "equals" | "contains" | "matches" | "greater_than",
 *   value: string | number }} Condition
 *
 * @typedef {object} RuleWanted
 * @property {string} name
 * @property {Condition[]} when
 * @property {"flag" | "block" | "require_template"} action
 * @property {string | null} template_id
 * @property {boolean} is_active
 *
 * @typedef {RuleWanted & { id: string }} ModerationRule
 *
 * @typedef {object} Flag
 * @property {string} id
 * @property {string} asset_id
 * @property {number} version
 * @property {number} count
 * @property {{ by: import("./types.js").Person, reason: string, comment: string, at: string }[]} reports
 * @property {"dismiss" | "reject_asset" | "approve_asset" | null} resolution
 * @property {import("./types.js").Person | null} resolved_by
 * @property {string | null} resolved_at
 * @property {string} comment
 */

export {};
