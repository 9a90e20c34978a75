/** How long and when an entry is shown. */

import { playlists as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { localTime } from "../../wording/format.js";

/** @typedef {import("../../screen_types.js").PlaylistItem} PlaylistItem */

const DAYS = [1, 2, 3, 4, 5, 6, 7];

/**
 * @param {{ id: string, item: PlaylistItem,
 *   change: (update: (item: PlaylistItem) => PlaylistItem) => void }} props
 */
export function Times({ id, item, change }) {
  const days = item.play_days ?? DAYS;
  return html`<div class="times">
    <${Field} id=${`${id}-seconds`} words=${t.duration} type="number" min="1" max="31536000" step="1"
      hint=${t.durationHint} value=${item.duration_seconds ?? ""}
      put=${(/** @type {string} */ text) => put({ duration_seconds: text ? Math.trunc(Number(text)) : undefined })} />
    <${Field} id=${`${id}-from`} words=${t.from} type="time" value=${item.play_time_from ?? ""}
      put=${(/** @type {string} */ text) => put({ play_time_from: text || undefined })} />
    <${Field} id=${`${id}-to`} words=${t.to} type="time" value=${item.play_time_to ?? ""}
      put=${(/** @type {string} */ text) => put({ play_time_to: text || undefined })} />
    <${Field} id=${`${id}-start`} words=${t.start} type="datetime-local" value=${localTime(item.start_at)}
      put=${(/** @type {string} */ text) => put({ start_at: momentIn(text) })} />
    <${Field} id=${`${id}-end`} words=${t.end} type="datetime-local" value=${localTime(item.end_at)}
      put=${(/** @type {string} */ text) => put({ end_at: momentIn(text) })} />
    <fieldset class="weekdays">
      <legend>${t.days}</legend>
      ${DAYS.map(
        (day) =>
          html`<label key=${day} class="check">
            <input type="checkbox" checked=${days.includes(day)}
              onChange=${(/** @type {any} */ e) => turn(day, e.currentTarget)} />
            ${t.weekdays[day - 1]}
          </label>`,
      )}
    </fieldset>
    <p class="hint">${t.startHint}</p>
    <button class="button small" type="button" onClick=${clear}>${t.clearTimes}</button>
  </div>`;

  /** @param {Partial<PlaylistItem>} changes What is undefined is taken away. */
  function put(changes) {
    change((now) => stripped({ ...now, ...changes }));
  }

  /** At least one day stays. @param {number} day @param {HTMLInputElement} box */
  function turn(day, box) {
    const chosen = box.checked ? [...days, day].sort() : days.filter((one) => one !== day);
    if (chosen.length === 0) box.checked = true;
    else put({ play_days: chosen.length === DAYS.length ? undefined : chosen });
  }

  function clear() {
    change(({ asset_id, rule, duration_seconds }) => stripped({ asset_id, rule, duration_seconds }));
  }
}

/** @param {PlaylistItem} item @returns {PlaylistItem} Without what is undefined. */
function stripped(item) {
  return JSON.parse(JSON.stringify(item));
}

/**
 * @param {{ id: string, words: string, put: (text: string) => void, hint?: string,
 *   [attribute: string]: unknown }} props
 */
function Field({ id, words, put, hint, ...attributes }) {
  return html`<div class="field">
    <label for=${id}>${words}</label>
    <input id=${id} ...${attributes} aria-describedby=${hint ? `${id}-hint` : undefined}
      onChange=${(/** @type {any} */ e) => put(e.currentTarget.value)} />
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

/** @param {string} text As inputs have it, in the reader's own zone. */
function momentIn(text) {
  return text ? new Date(text).toISOString() : undefined;
}
