/** A screen's day at a glance: each asset with the hours at which it is shown. */

import { addressOf } from "../../address.js";
import { wordsOf } from "../../api.js";
import { assetOf, loadAsset } from "../../data/library.js";
import { dayOf } from "../../data/screens.js";
import { common, screens as t } from "../../texts.js";
import { html, useEffect, useSignal } from "../../vendor/preact.js";
import { Link } from "../shared/link.js";

/** @typedef {import("../../screen_types.js").Day} Day */
/** @typedef {import("../../screen_types.js").Playlist} Playlist */

/** The width of the drawing, for a day. */
const WIDTH = 1000;

/** @param {{ id: string, changes: number, playlists: Playlist[] }} props `changes` tells of news. */
export function DayGlance({ id, changes, playlists }) {
  const day = useSignal(/** @type {Day | null} */ (null));
  const date = useSignal("");
  const problem = useSignal("");
  useEffect(() => void load(), [id, changes, date.value]);
  const told = day.value;
  return html`<div class="field-row day-head">
      <label for="day-date">${t.dayField}</label>
      <input id="day-date" type="date" value=${date.value || told?.date || ""}
        onChange=${(/** @type {any} */ e) => (date.value = e.currentTarget.value)} />
      ${date.value && html`<button class="button small" onClick=${() => (date.value = "")}>${t.today}</button>`}
    </div>
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    ${!told && !problem.value && html`<p class="hint" role="status">${common.loading}</p>`}
    ${told && html`<${Told} day=${told} playlists=${playlists} />`}`;

  async function load() {
    problem.value = "";
    try {
      day.value = await dayOf(id, date.value);
    } catch (error) {
      problem.value = wordsOf(error);
    }
  }
}

/** @param {{ day: Day, playlists: Playlist[] }} props */
function Told({ day, playlists }) {
  const clock = clockOf(day);
  const names = new Map(playlists.map((one) => [one.id, one.name]));
  return html`<p class="hint">${t.dayHint(day.time_zone)}</p>
    ${day.items.length === 0
      ? html`<p>${t.dayNone}</p>`
      : html`<ul class="day" aria-label=${t.day}>
          ${day.items.map(
            (item, at) =>
              html`<${Row} key=${`${item.asset_id} ${at}`} day=${day} at=${at} clock=${clock}
                playlist=${names.get(item.playlist_id) ?? ""} />`,
          )}
        </ul>
        <p class="day-scale" aria-hidden="true"><span>0</span><span>6</span><span>12</span><span>18</span><span>24</span></p>`}
    ${day.told_until_at !== day.until_at && html`<p class="hint">${t.toldUntil(clock(day.told_until_at))}</p>`}`;
}

/** @param {{ day: Day, at: number, clock: (at: string) => string, playlist: string }} props */
function Row({ day, at, clock, playlist }) {
  const { asset_id: assetId, duration_seconds: seconds } = day.items[at];
  const asset = assetOf(assetId).value;
  useEffect(() => {
    if (!asset) loadAsset(assetId).catch(() => {});
  }, [assetId]);
  const spans = spansOf(day, at);
  const hours = spans
    .map(([from, until]) => t.hours(clock(from), until === day.until_at ? "24:00" : clock(until)))
    .join(", ");
  return html`<li class="day-row">
    <${Link} to=${addressOf(assetId)}><bdi>${asset?.title ?? common.loading}</bdi><//>
    <span class="hint">
      ${hours}${` · ${t.each(seconds)}`}${playlist && html`${" · "}<bdi>${t.fromPlaylist(playlist)}</bdi>`}
    </span>
    <svg class="day-bar" viewBox=${`0 0 ${WIDTH} 8`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="day-track" width=${WIDTH} height="8" />
      ${spans.map(
        ([from, until]) =>
          html`<rect key=${from} class="day-span" x=${placeOf(day, from)} height="8"
            width=${Math.max(2, placeOf(day, until) - placeOf(day, from))} />`,
      )}
    </svg>
  </li>`;
}

/**
 * From when to when an item is shown; spans that touch are one.
 * @param {Day} day
 * @param {number} at
 */
function spansOf(day, at) {
  /** @type {[string, string][]} */
  const found = [];
  for (const { from_at: from, until_at: until, items } of day.spans) {
    if (!items.includes(at)) continue;
    const last = found.at(-1);
    if (last?.[1] === from) last[1] = until;
    else found.push([from, until]);
  }
  return found;
}

/** @param {Day} day @param {string} at */
function placeOf(day, at) {
  const [from, until] = [Date.parse(day.from_at), Date.parse(day.until_at)];
  return ((Date.parse(at) - from) / (until - from)) * WIDTH;
}

/**
 * What the screen's own clock shows at a time.
 * @param {Day} day
 * @returns {(at: string) => string}
 */
function clockOf(day) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: day.time_zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (at) => format.format(new Date(at));
}
