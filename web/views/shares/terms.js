/** The form in which a share link is made or changed. */

import { wordsOf } from "../../api.js";
import { tenant } from "../../data/library.js";
import { changeLink, makeLink } from "../../data/shares.js";
import { detail, shares as t } from "../../texts.js";
import { html, useLayoutEffect, useRef, useSignal } from "../../vendor/preact.js";

/** @typedef {import("../../types.js").ShareLink} ShareLink */

/** Letters and digits that nobody takes for another. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/**
 * @param {{ shared?: import("../../data/shares.js").Shared, link?: ShareLink,
 *   done: (made: any, password: string) => void, leave: () => void }} props `shared` for a new link,
 *   `link` for one that is changed.
 */
export function Terms({ shared, link, done, leave }) {
  const types = typesAllowed();
  const type = useSignal(link?.share_type ?? types[0][0]);
  const password = useSignal("");
  const problem = useSignal("");
  const saving = useSignal(false);
  const key = useRef(crypto.randomUUID());
  const first = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => first.current?.focus(), []);
  const kept = link?.share_type === "protected";
  return html`<form class="terms" aria-label=${t.terms} onSubmit=${save}>
    <div class="field">
      <label for="terms-type">${t.type}</label>
      <select id="terms-type" ref=${first} value=${type.value} onChange=${choose}>
        ${types.map(([value, words]) => html`<option key=${value} value=${value}>${words}</option>`)}
      </select>
    </div>
    ${type.value === "protected" &&
    html`<div class="field">
      <label for="terms-password">${t.password}</label>
      <div class="field-row">
        <input
          id="terms-password"
          type="text"
          autocomplete="off"
          spellcheck=${false}
          minlength="8"
          maxlength="256"
          required=${!kept}
          value=${password.value}
          aria-describedby="terms-password-hint"
          onInput=${(/** @type {any} */ e) => (password.value = e.currentTarget.value)}
        />
        <button class="button small" type="button" onClick=${() => (password.value = suggestion())}>
          ${t.suggest}
        </button>
      </div>
      <p id="terms-password-hint" class="hint">${kept ? t.passwordKept : t.passwordHint}</p>
    </div>`}
    ${type.value === "private" &&
    html`<${Field} name="emails" label=${t.emails} hint=${t.emailsHint} value=${link?.emails.join(", ") ?? ""} rows=${2} />`}
    <div class="field">
      <label for="terms-expires">${t.expires}</label>
      <select id="terms-expires" name="expires">
        ${link && html`<option value="">${t.unchanged}</option>`}
        ${durationsAllowed().map(
          ([hours, words]) =>
            html`<option key=${hours} value=${hours} selected=${!link && hours === 168}>${words}</option>`,
        )}
        ${tenant.value?.settings?.ALLOW_NEVER_EXPIRE && html`<option value="never">${t.never}</option>`}
      </select>
    </div>
    <${Field}
      name="downloads"
      label=${t.downloadLimit}
      hint=${t.downloadLimitHint}
      type="number"
      value=${link?.max_downloads ?? ""}
    />
    <${Field} name="title" label=${t.titleField} hint=${t.titleHint} value=${link?.title ?? ""} />
    <${Check} name="preview" label=${t.preview} checked=${link?.allow_preview ?? true} />
    <${Check} name="download" label=${t.download} checked=${link?.allow_download ?? true} />
    <${Check} name="comments" label=${t.comments} checked=${link?.allow_comments ?? false} />
    ${problem.value && html`<p class="wrong" role="alert">${problem}</p>`}
    <div class="field-row">
      <button class="button primary" disabled=${saving.value}>${link ? t.save : t.create}</button>
      <button class="button" type="button" onClick=${leave}>${detail.cancel}</button>
    </div>
  </form>`;

  /** @param {any} event */
  function choose(event) {
    type.value = event.currentTarget.value;
  }

  /** @param {Event & { currentTarget: HTMLFormElement }} event */
  async function save(event) {
    event.preventDefault();
    const terms = termsOf(new FormData(event.currentTarget));
    saving.value = true;
    problem.value = "";
    try {
      if (link) done(await changeLink(link, terms), password.value);
      else if (shared) done(await makeLink(shared, terms, key.current), password.value);
    } catch (error) {
      problem.value = wordsOf(error);
      // What the API refused may be put right, and is another request then.
      key.current = crypto.randomUUID();
    } finally {
      saving.value = false;
    }
  }

  /** @param {FormData} form */
  function termsOf(form) {
    const expires = form.get("expires");
    const downloads = String(form.get("downloads"));
    /** @type {Record<string, unknown>} */
    const terms = {
      share_type: type.value,
      allow_preview: form.has("preview"),
      allow_download: form.has("download"),
      allow_comments: form.has("comments"),
      max_downloads: downloads === "" ? null : Number(downloads),
      title: String(form.get("title")).trim() || null,
    };
    if (expires) terms.expires_in_hours = expires === "never" ? null : Number(expires);
    if (type.value === "protected" && password.value) terms.password = password.value;
    if (type.value === "private") {
      terms.emails = String(form.get("emails")).split(/[\s,;]+/).filter(Boolean);
    }
    return terms;
  }
}

/**
 * @param {{ name: string, label: string, hint: string, value: string | number, type?: string,
 *   rows?: number }} props
 */
function Field({ name, label, hint, value, type = "text", rows }) {
  const id = `terms-${name}`;
  const common = { id, name, dir: "auto", "aria-describedby": `${id}-hint` };
  const limits = type === "number" ? { min: 1, max: tenant.value?.settings?.MAX_DOWNLOAD_LIMIT } : {};
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${rows
      ? html`<textarea rows=${rows} ...${common}>${value}</textarea>`
      : html`<input type=${type} defaultValue=${value} ...${limits} ...${common} />`}
    <p id=${`${id}-hint`} class="hint">${hint}</p>
  </div>`;
}

/** @param {{ name: string, label: string, checked: boolean }} props */
function Check({ name, label, checked }) {
  return html`<label class="check"><input type="checkbox" name=${name} defaultChecked=${checked} />${label}</label>`;
}

/** Whom a link may open to in this tenant. */
function typesAllowed() {
  const required = tenant.value?.settings?.SHARE_PASSWORD_REQUIRED;
  return required ? t.types.filter(([value]) => value !== "public") : t.types;
}

/** How long a link may be good for in this tenant; the shortest in any case. */
function durationsAllowed() {
  const most = tenant.value?.settings?.SHARE_MAX_EXPIRY_HOURS ?? Infinity;
  return t.durations.filter(([hours], at) => at === 0 || hours <= most);
}

/** A password that can be read out: four groups of four, about 79 bits. */
function suggestion() {
  const numbers = [];
  while (numbers.length < 16) {
    const [one] = crypto.getRandomValues(new Uint8Array(1));
    if (one < 256 - (256 % LETTERS.length)) numbers.push(one % LETTERS.length);
  }
  return numbers.map((one, at) => (at % 4 === 0 && at > 0 ? "-" : "") + LETTERS[one]).join("");
}
