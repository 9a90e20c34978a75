/** One request that carries bytes to storage, with progress; only XMLHttpRequest tells it. */

import { problems } from "../texts.js";

/** Storage did not take the bytes; `passing` when trying again may well help. */
export class TransferError extends Error {
  /**
   * @param {string} message
   * @param {number} status 0 when there was no answer.
   * @param {boolean} [final] Whether the file itself is at fault, so that it is not sent again.
   */
  constructor(message, status, final = false) {
    super(message);
    this.status = status;
    this.final = final;
  }

  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * Send a body.
 * @param {string} method
 * @param {string} url
 * @param {XMLHttpRequestBodyInit} body
 * @param {{ signal: AbortSignal, onProgress: (sentBytes: number) => void,
 *   headers?: Record<string, string> }} options
 * @returns {Promise<void>}
 * @throws {TransferError} or the signal's reason when called off.
 */
export function transfer(method, url, body, { signal, onProgress, headers = {} }) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onabort = () => reject(signal.reason);
    request.onerror = () => reject(new TransferError(problems.lostConnection, 0));
    request.onload = () => {
      if (request.status < 300) return resolve();
      reject(refusalOf(request.status, request.responseText));
    };
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    request.send(body);
  });
}

/**
 * What storage says in its XML, as an error.
 * @param {number} status
 * @param {string} xml
 */
function refusalOf(status, xml) {
  const code = /<Code>(\w+)<\/Code>/.exec(xml)?.[1];
  if (code === "EntityTooLarge" || code === "EntityTooSmall") {
    return new TransferError(problems.fileOfAnotherSize, status, true);
  }
  return new TransferError(problems.storageRefused(code), status);
}
