/** Which screens a decision would touch: said before anybody rejects. */

import { concernedScreens } from "../../data/concerned.js";
import { screens as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { ScreenNames } from "../shared/concern.js";

/** @param {{ assetId: string, version: number }} props */
export function RejectConcern({ assetId, version }) {
  const found = useSignal(/** @type {import("../../screen_types.js").Concerned | null} */ (null));
  useEffect(() => {
    // Who decides need not wait for it.
    concernedScreens(assetId).then(
      (told) => (found.value = told),
      () => {},
    );
  }, [assetId]);
  if (!found.value?.device_count) return null;
  const { device_count: count, published_version: published } = found.value;
  return html`<div class="concern">
    <p>${sentence()}</p>
    <${ScreenNames} found=${found.value} />
  </div>`;

  function sentence() {
    if (published === null) return t.rejectWaits(count);
    return published === version ? t.rejectTakes(count) : t.rejectKeeps(count, published);
  }
}
