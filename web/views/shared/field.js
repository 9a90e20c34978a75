/** A field of a form with its label and a hint. */

import { html } from "../../vendor/preact.js";

/**
 * @param {{ id: string, words: string, value: string, put: (text: string) => void, hint?: string,
 *   rows?: number, [attribute: string]: unknown }} props `rows` where it takes several lines.
 */
export function Field({ id, words, value, put, hint, rows, ...attributes }) {
  const common = {
    id,
    value,
    "aria-describedby": hint ? `${id}-hint` : undefined,
    onInput: (/** @type {any} */ event) => put(event.currentTarget.value),
    ...attributes,
  };
  return html`<div class="field">
    <label for=${id}>${words}</label>
    ${rows
      ? html`<textarea rows=${rows} dir="auto" ...${common}></textarea>`
      : html`<input autocomplete="off" dir=${attributes.type ? undefined : "auto"} ...${common} />`}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

/**
 * @param {{ id: string, words: string, value: string, options: [string, string][],
 *   put: (value: string) => void }} props
 */
export function Select({ id, words, value, options, put }) {
  return html`<div class="field">
    <label for=${id}>${words}</label>
    <select id=${id} value=${value} onChange=${(/** @type {any} */ e) => put(e.currentTarget.value)}>
      ${options.map(([name, said]) => html`<option key=${name} value=${name}>${said}</option>`)}
    </select>
  </div>`;
}

/** @param {{ words: string, checked: boolean, put: (checked: boolean) => void }} props */
export function Check({ words, checked, put }) {
  return html`<label class="check">
    <input type="checkbox" checked=${checked}
      onChange=${(/** @type {any} */ e) => put(e.currentTarget.checked)} />
    <span>${words}</span>
  </label>`;
}
