/** Review templates: who has to approve what, in which steps. */

import { call } from "../api.js";
import { everyOf } from "./pages.js";

/** @typedef {import("../rule_types.js").Template} Template */
/** @typedef {import("../rule_types.js").TemplateWanted} TemplateWanted */

/** Every template of the tenant, newest first. @returns {Promise<Template[]>} */
export function allTemplates() {
  return everyOf("workflow_templates/");
}

/** @param {string} id @returns {Promise<Template>} */
export function loadTemplate(id) {
  return call("GET", pathOf(id));
}

/**
 * @param {TemplateWanted} wanted
 * @param {string} key Makes a repeated request make one.
 * @returns {Promise<Template>}
 */
export function makeTemplate(wanted, key) {
  return call("POST", "workflow_templates/", { body: wanted, key });
}

/** @param {string} id @param {TemplateWanted} wanted @returns {Promise<Template>} */
export function saveTemplate(id, wanted) {
  return call("PUT", pathOf(id), { body: wanted });
}

/**
 * Let a template apply to new versions, or not.
 * @param {Template} template
 * @param {boolean} isActive
 */
export function switchTemplate(template, isActive) {
  const { id, created_by, created_at, updated_at, ...wanted } = template;
  return saveTemplate(id, { ...wanted, is_active: isActive });
}

/** @param {string} id */
export function removeTemplate(id) {
  return call("DELETE", pathOf(id));
}

/** @param {string} id */
function pathOf(id) {
  return `workflow_templates/${encodeURIComponent(id)}/`;
}
