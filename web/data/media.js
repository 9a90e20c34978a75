/** Signed addresses of an asset's own bytes, by which they play, are zoomed or fetched. */

import { call } from "../api.js";

/** @typedef {import("../types.js").Asset} Asset */

/** Statuses in which there are no bytes to give. */
const LOCKED = ["uploading", "scanning", "processing", "quarantined", "failed", "trashed"];

/** Pictures that browsers show as they are. */
const SHOWN = ["jpeg", "png", "gif", "webp", "avif", "svg+xml", "bmp"].map((one) => `image/${one}`);

/**
 * Whether there are bytes to give.
 * @param {Asset} asset
 */
export function hasBytes(asset) {
  if (asset.kind === "link") return false;
  return !LOCKED.includes(asset.status) || Boolean(asset.published_version);
}

/**
 * Sign the address of bytes; the API counts each as a download.
 * @param {Asset} asset
 * @param {{ version?: number }} [which]
 * @returns {Promise<string>}
 */
export async function signedUrl(asset, { version } = {}) {
  /** @type {Record<string, string | number>} */
  const query = { redirect: "false" };
  if (version) query.version = version;
  return (await call("GET", `assets/${asset.id}/download/`, { query })).url;
}

/**
 * How an asset is shown beyond its thumbnail.
 * @param {Asset} asset
 * @returns {"video" | "audio" | "animation" | "picture" | "pages" | "text" | "thumbnail"}
 */
export function mannerOf(asset) {
  if (!hasBytes(asset)) return "thumbnail";
  if (asset.kind === "video" || asset.kind === "audio") return asset.kind;
  if (SHOWN.includes(asset.content_type ?? "")) {
    return Number(asset.technical?.frames ?? 1) > 1 ? "animation" : "picture";
  }
  if (pagesOf(asset).length > 0) return "pages";
  return asset.content_type?.startsWith("text/") ? "text" : "thumbnail";
}

/**
 * The pictures of a document's pages, in their order, with their sizes in pixels.
 * @param {Asset} asset
 */
export function pagesOf(asset) {
  return (asset.renditions ?? []).flatMap(({ name, width, height }) => {
    const number = Number(/^page-(\d+)$/.exec(name)?.[1] ?? 0);
    return number > 0 ? [{ number, width, height }] : [];
  });
}

/** What every player shows as it is. */
const PLAYERS_SHOW = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/svg+xml"];

/**
 * What players show of an asset: the file itself, what is made of it, its pages, or nothing.
 * @param {Asset} asset
 * @returns {"as_it_is" | "converted" | "to_convert" | "as_pages" | "never"}
 */
export function onScreens(asset) {
  if (asset.kind === "link" || PLAYERS_SHOW.includes(asset.content_type ?? "")) return "as_it_is";
  if (asset.content_type === "application/pdf") {
    const locked = asset.technical?.encrypted && !asset.technical.pages;
    return locked || asset.technical?.damaged ? "never" : "as_pages";
  }
  if (asset.kind !== "video" && asset.kind !== "image") return "never";
  const made = (asset.renditions ?? []).find(({ name }) => name === "master" || name === "web");
  if (!made) return "to_convert";
  return made.sha256 && made.sha256 === asset.sha256 ? "as_it_is" : "converted";
}
