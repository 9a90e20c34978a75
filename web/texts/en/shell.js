/** The page's frame: head, signing in, what stands there when nothing works. */

import { bytes } from "../../wording/format.js";
import { counted } from "./common.js";

export const collections = "Collections";
export const inbox = "Inbox";
export const library = "Library";
export const lead = "The media of your screens: scanned, described and ready to play.";
export const pages = "Pages";
export const reef = "Reef";
export const screens = "Screens";
export const shares = "Shared links";
export const signIn = "Sign in";
export const signOut = "Sign out";
export const skip = "Skip to the content";
export const skipToAssets = "Skip to the assets";
export const stopUploads = "Uploads are under way. Sign out and stop them?";
export const toDecide = "to decide";
export const unreachable = "Reef cannot be reached.";

/** @param {string} name */
export function tab(name) {
  return `${name} – Reef`;
}

/** @param {{ storage_bytes: number, storage_quota_bytes: number, assets: number }} usage */
export function usage({ assets, storage_bytes, storage_quota_bytes }) {
  const used = `${bytes(storage_bytes)} of ${bytes(storage_quota_bytes)}`;
  return `${counted(assets, "asset", "assets")} · ${used}`;
}
