/** Files that are there already, told before a byte of them is sent. */

import { call } from "../api.js";
import { mayEdit } from "../data/me.js";

/**
 * An asset, or a file of this very list, with the same bytes.
 * @typedef {{ id: string, title: string, editable: boolean }} Twin `id` is empty for a file of the
 *   list that is no asset yet.
 */

/**
 * @param {import("./queue.js").Upload} upload
 * @param {import("./queue.js").Upload[]} others
 * @returns {Promise<Twin[]>}
 */
export async function duplicatesOf(upload, others) {
  const { sha256 } = upload;
  const twin = others
    .slice(0, others.indexOf(upload))
    .find((one) => one.sha256 === sha256 && !OVER.includes(one.phase.value));
  /** @type {{ items: import("../types.js").Asset[] }} */
  const page = await call("GET", "assets/", { query: { sha256 } });
  const found = page.items.filter((asset) => asset.id !== upload.target);
  if (found.length > 0) return found.map(asTwin);
  return twin ? [{ id: "", title: twin.file.name, editable: false }] : [];
}

/**
 * @param {import("../types.js").Asset} asset
 * @returns {Twin}
 */
function asTwin(asset) {
  return { id: asset.id, title: asset.title, editable: mayEdit(asset) };
}

const OVER = ["cancelled", "skipped", "refused", "broken"];
