/** Other assets with the same bytes, for those who see them. */

import { addressOf, open } from "../../address.js";
import { call } from "../../api.js";
import { detail as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Link } from "../shared/link.js";

/** @typedef {import("../../types.js").Asset} Asset */

/** @param {{ asset: Asset }} props */
export function SameBytes({ asset }) {
  const others = useSignal(/** @type {Asset[]} */ ([]));
  const { id, sha256 } = asset;
  useEffect(() => {
    let wanted = true;
    if (sha256) {
      call("GET", "assets/", { query: { sha256 } }).then(
        ({ items }) => {
          if (wanted) others.value = items.filter((/** @type {Asset} */ one) => one.id !== id);
        },
        () => {}, // worth no complaint
      );
    }
    return () => (wanted = false);
  }, [id, sha256]);
  if (others.value.length === 0) return null;
  return html`<section class="facts" aria-labelledby="same-title">
    <h3 id="same-title">${t.sameBytes}</h3>
    <ul>
      ${others.value.map(
        ({ id: other, title }) =>
          html`<li key=${other}>
            <${Link} to=${addressOf(other)} follow=${() => open(other)} dir="auto">${title}<//>
          </li>`,
      )}
    </ul>
  </section>`;
}
