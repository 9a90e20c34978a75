/** Calls of Reef's API, and the one form in which they fail. */

import { config, endSession, idToken } from "./session.js";
import { problems } from "./texts.js";

const ATTEMPTS = 3;

/** @typedef {Record<string, string | number | string[]>} Query */

/** A refusal by the API, or no answer at all; `message` is fit to be shown. */
export class Problem extends Error {
  /**
   * @param {string} message
   * @param {{ status?: number, code?: string, requestId?: string }} [facts]
   */
  constructor(message, { status = 0, code = "unreachable", requestId = "" } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }

  /** Whether the same request may well succeed later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const SIGNED_OUT = new Problem(problems.sessionEnded, { status: 401, code: "unauthorized" });

/**
 * What went wrong, fit to be shown.
 * @param {unknown} error
 */
export function wordsOf(error) {
  return error instanceof Problem ? error.message : problems.unexpected;
}

/**
 * Call the API and give what it answers.
 *
 * What is safe to repeat is tried three times when the answer says "later" or nothing.
 *
 * @param {string} method
 * @param {string} path Below the API's base, such as `assets/`.
 * @param {{ query?: Query, body?: unknown, key?: string,
 *   ifMatch?: string, signal?: AbortSignal }} [options] `key` makes a creating POST repeatable.
 * @returns {Promise<any>} The parsed body, or null when there is none.
 * @throws {Problem}
 */
export async function call(method, path, options = {}) {
  return (await callTagged(method, path, options)).body;
}

/**
 * Call the API and give what it answers with its ETag, by which a later change is refused where
 * somebody else was faster.
 * @param {string} method
 * @param {string} path
 * @param {Parameters<typeof call>[2]} [options]
 * @returns {Promise<{ body: any, tag: string }>}
 * @throws {Problem}
 */
export async function callTagged(method, path, options = {}) {
  const repeatable = method !== "POST" || options.key !== undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await callOnce(method, path, options);
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing) throw error;
      if (attempt === ATTEMPTS || !(repeatable || error.status === 429)) throw error;
      await pause(error.status === 429 ? 2000 * attempt : 500 * attempt, options.signal);
    }
  }
}

/**
 * Wait, unless called off.
 * @param {number} milliseconds
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Parameters<typeof call>[2]} options
 */
async function callOnce(method, path, { query, body, key, ifMatch, signal } = {}) {
  let response = await send(false);
  if (response.status === 401) response = await send(true);
  if (response.status === 401) endSession();
  if (!response.ok) throw await problemOf(response);
  const answer = response.status === 204 ? null : await response.json();
  return { body: answer, tag: response.headers.get("ETag") ?? "" };

  /** @param {boolean} renew */
  async function send(renew) {
    try {
      const token = await idToken(renew);
      if (token === null) throw SIGNED_OUT; // what was still to be asked concerns nobody
      /** @type {Record<string, string>} */
      const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
      if (key) headers["Idempotency-Key"] = key;
      if (ifMatch) headers["If-Match"] = ifMatch;
      if (body !== undefined) headers["Content-Type"] = "application/json";
      return await fetch(urlOf(path, query), {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      });
    } catch (error) {
      if (signal?.aborted || error === SIGNED_OUT) throw error;
      throw new Problem(problems.unreachable);
    }
  }
}

/**
 * @param {string} path
 * @param {Query} [query]
 */
function urlOf(path, query = {}) {
  const url = new URL(`${config.api_url}/${path}`, location.origin);
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) url.searchParams.append(name, String(one));
  }
  return url;
}

/** @param {Response} response */
async function problemOf(response) {
  /** @type {Record<string, any>} */
  const told = await response.json().catch(() => ({}));
  const summary = told.detail || told.title || problems.noAnswer;
  const fields = (told.errors ?? [])
    .map((/** @type {{ field: string, message: string }} */ e) => `${e.field}: ${e.message}`)
    .filter((/** @type {string} */ words) => !summary.includes(words));
  return new Problem([summary, ...fields].join(" "), {
    status: response.status,
    code: told.code ?? "internal",
    requestId: told.request_id,
  });
}
