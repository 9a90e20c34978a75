/** What is known of an asset, as a list of terms. */

import { bytes, moment } from "../format.js";
import { html } from "../vendor/preact.js";
import { technicalFacts, typeName } from "../words.js";

/** @typedef {import("../types.js").Asset} Asset */
/** @typedef {[string, string | null | undefined][]} Terms */

/** @param {{ asset: Asset }} props */
export function Facts({ asset }) {
  return html`${asset.description && html`<p class="description" dir="auto">${asset.description}</p>`}
    <${List} title="File" terms=${fileFacts(asset)} />
    <${List} title="Technical" terms=${technicalFacts(asset)} />
    <${List} title="Origin" terms=${originFacts(asset)} />`;
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
  return [
    ["Name", asset.filename],
    ["Type", asset.content_type && `${typeName(asset.content_type)} (${asset.content_type})`],
    ["Size", asset.size_bytes === null ? null : bytes(asset.size_bytes)],
    ["Version", asset.current_version ? `${asset.current_version}${publication(asset)}` : null],
    ["Tags", asset.tags?.join(", ")],
    ["SHA-256", asset.sha256],
  ];
}

/**
 * @param {Asset} asset
 * @returns {Terms}
 */
function originFacts(asset) {
  return [
    ["Uploaded by", asset.uploaded_by?.email],
    ["Uploaded", moment(asset.created_at)],
    ["Virus check", scanWords(asset)],
  ];
}

/** @param {Asset} asset */
function publication({ current_version, published_version }) {
  if (!published_version) return ", not published";
  return published_version === current_version
    ? ", published"
    : `; version ${published_version} is published`;
}

/** @param {Asset} asset */
function scanWords({ scan }) {
  if (!scan) return null;
  const when = scan.scanned_at ? `, ${moment(scan.scanned_at)}` : "";
  /** @type {Record<string, string>} */
  const words = {
    pending: "Not yet",
    clean: `Nothing found${when}`,
    infected: `${scan.signature ?? "Virus"} found${when}`,
    unscannable: `Could not be checked${when}`,
    skipped: "Switched off",
  };
  return words[scan.status] ?? scan.status;
}
