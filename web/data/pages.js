/** Lists that come in pages, read to their end. */

import { call } from "../api.js";

/**
 * @param {string} path
 * @param {Record<string, string | number>} [query]
 * @returns {Promise<any[]>}
 */
export async function everyOf(path, query = {}) {
  const found = [];
  let cursor = /** @type {string | null} */ (null);
  do {
    const asked = { limit: 200, ...query, ...(cursor && { cursor }) };
    const page = await call("GET", path, { query: asked });
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}
