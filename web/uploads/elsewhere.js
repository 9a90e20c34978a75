/** Open uploads of this member that another browser or program began. */

import { Problem, call } from "../api.js";
import { assetOf, loadAsset, remove } from "../data/library.js";
import { memberId } from "../session.js";
import { computed, signal } from "../vendor/preact.js";
import { everyBegunBy } from "./journal.js";

/**
 * @typedef {object} OpenUpload
 * @property {string} upload_id
 * @property {string} asset_id
 * @property {number} version
 * @property {string} filename
 * @property {number} size_bytes
 * @property {string} created_at
 */

/** What was open when it was asked for last, the next to expire first. */
const found = signal(/** @type {OpenUpload[]} */ ([]));

/** What others have begun and whose bytes have not come, as far as the library knows. */
export const elsewhere = computed(() => found.value.filter(isOpen));

/** Find what is open at the API and was not begun in this browser. */
export async function findElsewhere() {
  const [page, begun] = await Promise.all([call("GET", "uploads/"), everyBegunBy(memberId)]);
  const here = new Set(begun.map((one) => one.reservation?.upload?.upload_id));
  // Of what is just being asked for, this browser does not know the id yet.
  const asked = new Set(begun.filter((one) => !one.reservation).map(describe));
  found.value = page.items.filter(
    (/** @type {OpenUpload} */ one) =>
      !here.has(one.upload_id) && !asked.has(describe({ name: one.filename, sizeBytes: one.size_bytes })),
  );
}

/** Forget what is shown, for whoever signs in next. */
export function forgetElsewhere() {
  found.value = [];
}

/**
 * End an upload wherever it was begun.
 * @param {OpenUpload} open
 */
export async function discardElsewhere(open) {
  await endUpload(open.upload_id, open.asset_id, open.version);
  found.value = found.value.filter((one) => one !== open);
}

/**
 * End an upload at the API, and show what is left of its asset.
 * @param {string} uploadId
 * @param {string} assetId
 * @param {number} version
 */
export async function endUpload(uploadId, assetId, version) {
  await call("DELETE", `uploads/${encodeURIComponent(uploadId)}/`).catch((error) => {
    // What is over meanwhile needs no ending.
    if (!(error instanceof Problem) || ![404, 409].includes(error.status)) throw error;
  });
  if (version === 1) remove(assetId);
  else await loadAsset(assetId);
}

/** @param {OpenUpload} open */
function isOpen({ asset_id, version }) {
  const asset = assetOf(asset_id).value;
  return !asset || asset.status === "uploading" || asset.current_version !== version;
}

/** @param {{ name: string, sizeBytes: number }} file */
function describe({ name, sizeBytes }) {
  return `${sizeBytes} ${name}`;
}
