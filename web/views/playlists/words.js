/** When an entry of a playlist is shown, in short. */

import { playlists as t } from "../../texts.js";
import { moment } from "../../wording/format.js";

/** @param {import("../../screen_types.js").PlaylistItem} item Empty for one that is shown always. */
export function timesWords(item) {
  const { duration_seconds, start_at, end_at, play_days, play_time_from, play_time_to } = item;
  const words = [];
  if (duration_seconds) words.push(t.seconds(duration_seconds));
  if (play_days) words.push(play_days.map((day) => t.weekdays[day - 1]).join(", "));
  if (play_time_from && play_time_to) words.push(t.between(play_time_from, play_time_to));
  if (start_at) words.push(t.since(moment(start_at)));
  if (end_at) words.push(t.until(moment(end_at)));
  return words.join(" · ");
}
