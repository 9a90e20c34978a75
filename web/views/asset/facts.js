/** What is known of an asset, as a list of terms. */

import { onScreens } from "../../data/media.js";
import { bytes, moment } from "../../wording/format.js";
import { detail as t } from "../../texts.js";
import { html } from "../../vendor/preact.js";
import { technicalFacts, typeName } from "../../wording/assets.js";

/** @typedef {import("../../types.js").Asset} Asset */
/** @typedef {[string, string | null | undefined][]} Terms */

/** Whatever its type, no screen gets what is in one of these. */
const UNSHOWN = ["uploading", "failed", "quarantined"];

/** @param {{ asset: Asset }} props */
export function Facts({ asset }) {
  return html`${asset.description && html`<p class="description" dir="auto">${asset.description}</p>`}
    <${List} title=${t.groups.file} terms=${fileFacts(asset)} />
    <${List} title=${t.groups.technical} terms=${technicalFacts(asset)} />
    <${List} title=${t.groups.origin} terms=${originFacts(asset)} />`;
}

/** @param {{ title: string, terms: Terms }} props */
function List({ title, terms }) {
  const told = terms.filter(([, value]) => value);
  if (told.length === 0) return null;
  return html`<section class="facts">
    <h3>${title}</h3>
    <dl>
      ${told.map(
        ([term, value]) =>
          html`<div key=${term}><dt>${term}</dt><dd><bdi>${value}</bdi></dd></div>`,
      )}
    </dl>
  </section>`;
}

/**
 * @param {Asset} asset
 * @returns {Terms}
 */
function fileFacts(asset) {
  const { current_version, published_version } = asset;
  /** @type {Terms} */
  const file = [
    [t.terms.name, asset.filename],
    [t.terms.type, asset.content_type && t.type(typeName(asset.content_type), asset.content_type)],
    [t.terms.size, asset.size_bytes === null ? null : bytes(asset.size_bytes)],
  ];
  /** @type {Terms} */
  const link = [[t.terms.address, String(asset.technical?.url ?? "")]];
  return [
    ...(asset.kind === "link" ? link : file),
    [t.terms.version, current_version ? t.version(current_version, published_version) : null],
    [t.terms.category, asset.category],
    [t.terms.tags, asset.tags?.join(", ")],
    [t.terms.sha256, asset.kind === "link" ? null : asset.sha256],
    [t.terms.onScreens, UNSHOWN.includes(asset.status) ? null : t.onScreens[onScreens(asset)]],
  ];
}

/**
 * @param {Asset} asset
 * @returns {Terms}
 */
function originFacts(asset) {
  return [
    [t.terms.uploadedBy, asset.uploaded_by?.email],
    [t.terms.uploaded, moment(asset.created_at)],
    [t.terms.scan, scanWords(asset)],
  ];
}

/** @param {Asset} asset */
function scanWords({ kind, scan }) {
  if (!scan || kind === "link") return null;
  return t.scan(scan.status, scan.signature ?? "", scan.scanned_at ? moment(scan.scanned_at) : "");
}
