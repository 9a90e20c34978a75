/** Screens, their groups, what they play when, and changes that some of them try first. */

import { bytes, number } from "../../wording/format.js";
import { counted } from "./common.js";

export const agent = "Agent";
export const anthias = "Anthias";
export const back = "Screens";
export const board = "Board";
export const canary = "Try it on a few screens first";
export const canaryDevices = "Number of screens";
export const canaryHint =
  "Errors or silence of those take the change back by itself; otherwise the rest follows.";
export const canaryMinutes = "Minutes";
export const code = "Code on the screen";
export const codeHint = "Eight letters and digits; a new player shows them. Spaces and dashes do not matter.";
export const day = "What plays when";
export const dayField = "Day";
export const dayNone = "Nothing plays on this day.";
export const edit = "Name, time zone and groups";
export const empty = "Nothing";
export const errors = "Errors";
export const freeSpace = "Free space";
export const give = "Give them these playlists";
export const giveOne = "Playlists of this screen";
export const groups = "Groups";
export const groupsHint = "With commas between. A group plays its playlists on all of its screens.";
export const groupsLead = "Screens that play the same. A screen may be in several groups.";
export const groupsNone = "There are no groups yet. Name one here, or put a screen into one.";
export const groupsOf = "Playlists of its groups";
export const lastSeen = "Last heard of";
export const lead = "Players that show what their playlists say.";
export const leftOut = "Left out";
export const missing = "There is no such screen any more.";
export const missingRollout = "There is no such roll-out any more.";
export const name = "Name";
export const nameHint = "Such as the place where it hangs.";
export const makeGroup = "Make a group";
export const newGroup = "Name of the group";
export const none = "There are no screens yet. An admin takes them in by the code that a new player shows.";
export const noPlaylists = "There are no playlists yet.";
export const nothingPlays = "Nothing, as far as it has said";
export const pair = "Take in a screen";
export const paired = "The screen is taken in. It plays as soon as it has playlists.";
export const playing = "Plays now";
export const playlists = "Playlists";
export const remove = "Remove the screen";
export const removed = "The screen is removed; its player gets nothing any more.";
export const removeSure = "Remove it? Its player is to be paired anew then.";
export const rollout = "Roll-out";
export const rolloutLead = "New playlists, tried by some of the screens first.";
export const rolloutScreens = "Tried by";
export const saved = "The screen is changed.";
export const showRollout = "How the last change went";
export const save = "Save";
export const state = "State";
export const timeZone = "Time zone of its clock";
export const timeZoneHint = "Days and hours of playlists are meant by it.";
export const title = "Screens";
export const today = "Today";
export const watchRollout = "A change is being tried";
export const sections = "Screens and what they play";

/** @type {Record<string, string>} */
export const states = {
  online: "On",
  quiet: "Quiet",
  silent: "Silent",
  new: "Not heard of yet",
};

/** @type {Record<string, string>} */
export const leftOutReasons = {
  pending: "the file for its board is being made",
  unplayable: "its board plays nothing of the kind",
};

/** @type {Record<string, string>} */
export const rolloutStatuses = {
  canary: "Being tried",
  complete: "On all screens of the group",
  rolled_back: "Taken back",
};

/** @param {string} from @param {string} until */
export function hours(from, until) {
  return `${from} to ${until}`;
}

/** @param {string} when */
export function seen(when) {
  return `heard of ${when}`;
}

/** @param {number} count */
export function screens(count) {
  return counted(count, "screen", "screens");
}

/** @param {number} count */
export function errorCount(count) {
  return counted(count, "error", "errors");
}

/** @param {number} free */
export function free(free) {
  return `${bytes(free)} free`;
}

/** @param {string} group */
export function given(group) {
  return `The screens of “${group}” play these playlists now.`;
}

/** @param {string} group */
export function playlistsOf(group) {
  return `Playlists of “${group}”`;
}

/** @param {number} seconds */
export function each(seconds) {
  return `${number(seconds)} s each`;
}

/** @param {string} name */
export function fromPlaylist(name) {
  return `from “${name}”`;
}

/** @param {string} when */
export function toldUntil(when) {
  return `It changes so often that only the time until ${when} is told.`;
}

/** @param {string} zone */
export function dayHint(zone) {
  return `Times are those of ${zone}. By the playlists and assets as they are now.`;
}

/** @param {string} when @param {string} left */
export function watchedUntil(when, left) {
  return `They are watched until ${when}, ${left}.`;
}

/** @param {string} when */
export function wentOn(when) {
  return `Nothing went wrong; all screens of the group play them since ${when}.`;
}

/** @param {string} when */
export function tookBack(when) {
  return `Taken back at ${when}: all screens play what they played before.`;
}

/** @param {string} who @param {string} when */
export function begunBy(who, when) {
  return `Begun by ${who}, ${when}`;
}

/** @param {unknown} name @param {string | null} error */
export function because(name, error) {
  return error === null
    ? [name, " was not heard of any more once it played them."]
    : [name, ` complained of something new: “${error}”`];
}

// What a change of an asset touches.

export const concernTitle = "This touches screens";
export const concernUnknown = "Which screens have it could not be found out.";
export const goOn = "Go on";
export const stop = "Leave it";
export const onScreens = "Screens that have it";
export const onScreensNone = "No playlist has it.";
export const usedBy = "In the playlists";
export const usedOn = "On the screens";
export const versionsTitle = "Which version since when";
export const versionsNone = "No screen has fetched it yet.";
export const removedScreen = "A removed screen";

/** @param {number} count */
export function andMore(count) {
  return `and ${number(count)} more`;
}

/** What becomes of screens that have it. @type {Record<string, (count: number) => string>} */
export const concerns = {
  trash: (count) => `${screens(count)} would go on without it, within a minute:`,
  trashMany: (count) => `${screens(count)} would go on without them, within a minute:`,
  unpublish: (count) => `${screens(count)} would go on without it, within a minute:`,
  replace: (count) => `${screens(count)} will show the new file once it is published:`,
  expire: (count) => `${screens(count)} will go on without it once its time is over:`,
};

/** @param {number} count @param {number} version */
export function rejectKeeps(count, version) {
  return `${screens(count)} show version ${version} of it, and go on with that if you reject this one:`;
}

/** @param {number} count */
export function rejectTakes(count) {
  return `${screens(count)} show this version, and would go on without it if you reject it:`;
}

/** @param {number} count */
export function rejectWaits(count) {
  return `${screens(count)} will show it if you approve it, and go on without it if you reject it:`;
}

/** @param {number} version @param {string} state */
export function versionIs(version, state) {
  return `version ${version}, ${state}`;
}

/** @param {string} when */
export function onScreenSince(when) {
  return `on the screen since ${when}`;
}

/** @param {string} when */
export function fetchedAt(when) {
  return `fetched ${when}`;
}

/** @param {string} when */
export function approvedAt(when) {
  return `approved ${when}`;
}

/** @param {string} time */
export function afterApproval(time) {
  return `${time} after its approval`;
}
