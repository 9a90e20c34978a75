/** Reviews: workflows, whom they wait for, and the file that they are about. */

import { Problem, call } from "../api.js";
import { loadAsset } from "./library.js";

/** @typedef {import("../types.js").Workflow} Workflow */
/** @typedef {import("../types.js").Version} Version */
/** @typedef {import("../types.js").Asset} Asset */
/** @typedef {"approve" | "request_changes" | "reject"} Decision */

/**
 * @param {string} id
 * @returns {Promise<Workflow>}
 */
export function loadReview(id) {
  return call("GET", pathOf(id));
}

/**
 * Decide the step that was shown: another one is not decided by mistake.
 * @param {Workflow} workflow
 * @param {Decision} decision
 * @param {string} comment
 * @returns {Promise<Workflow>} As it is then.
 */
export function decide(workflow, decision, comment) {
  const body = { decision, comment, step_id: workflow.current_step };
  return call("POST", `${pathOf(workflow.id)}approve/`, { body });
}

/**
 * @param {Workflow} workflow
 * @param {string} to The address of another member.
 * @param {string} comment
 * @returns {Promise<Workflow>}
 */
export function delegate(workflow, to, comment) {
  return call("POST", `${pathOf(workflow.id)}delegate/`, { body: { to, comment } });
}

/**
 * @param {Workflow} workflow
 * @param {string} comment
 * @returns {Promise<Workflow>}
 */
export function cancel(workflow, comment) {
  return call("POST", `${pathOf(workflow.id)}cancel/`, { body: { comment } });
}

/**
 * The newest review of an asset's bytes, as far as whoever is signed in may see it.
 * @param {string} assetId
 * @returns {Promise<Workflow | null>}
 */
export async function newestReviewOf(assetId) {
  const page = await call("GET", "workflows/", { query: { asset_id: assetId } });
  return page.items.find((/** @type {Workflow} */ one) => one.proposed === null) ?? null;
}

/**
 * Load what is reviewed: the asset goes into the library, the version is given.
 * @param {Workflow} workflow
 * @returns {Promise<Version | null>} null when it is not shown to whoever is signed in.
 */
export async function loadReviewed(workflow) {
  if (!(await loadAsset(workflow.asset_id))) return null;
  const path = `assets/${encodeURIComponent(workflow.asset_id)}/versions/${workflow.version}/`;
  return call("GET", path).catch((error) => {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  });
}

/**
 * An asset as it is in one of its versions.
 *
 * The API pictures one version of an asset; of another one the names and numbers alone are known.
 *
 * @param {Asset} asset
 * @param {Version} version
 * @returns {Asset}
 */
export function assetIn(asset, version) {
  const { number, filename, content_type, size_bytes, sha256, status, status_reason } = version;
  const origin = { uploaded_by: version.created_by, created_at: version.created_at };
  if (asset.current_version === number) return { ...asset, ...origin };
  const facts = { filename, content_type, size_bytes, sha256, status, status_reason };
  const unknown = { scan: undefined, technical: {}, thumbnails: {}, renditions: [], pages: [] };
  return { ...asset, ...origin, ...facts, ...unknown, current_version: number };
}

/**
 * The step at which a review is, with its place among all; null when it is over.
 * @param {Workflow} workflow
 */
export function stepNow(workflow) {
  const at = workflow.steps.findIndex((step) => step.id === workflow.current_step);
  return at < 0 ? null : { ...workflow.steps[at], place: at + 1 };
}

/**
 * Whether a review waits for this member.
 * @param {Workflow} workflow
 * @param {string} memberId
 */
export function waitsFor(workflow, memberId) {
  const asked = stepNow(workflow)?.assignments ?? [];
  return asked.some((one) => one.user.id === memberId && one.status === "pending");
}

/** @param {string} id */
function pathOf(id) {
  return `workflows/${encodeURIComponent(id)}/`;
}
