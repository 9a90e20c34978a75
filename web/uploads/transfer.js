/** One request that carries bytes to storage, with progress; only XMLHttpRequest tells it. */

/** Storage did not take the bytes; `passing` when trying again may well help. */
export class TransferError extends Error {
  /**
   * @param {string} message
   * @param {number} status 0 when there was no answer.
   */
  constructor(message, status) {
    super(message);
    this.status = status;
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
    request.onerror = () => reject(new TransferError("The connection was lost.", 0));
    request.onload = () => {
      if (request.status < 300) return resolve();
      reject(new TransferError(refusalOf(request.responseText), request.status));
    };
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    request.send(body);
  });
}

/**
 * What storage says in its XML, as a sentence.
 * @param {string} xml
 */
function refusalOf(xml) {
  const code = /<Code>(\w+)<\/Code>/.exec(xml)?.[1];
  if (code === "EntityTooLarge" || code === "EntityTooSmall") {
    return "The file is not as large as it was when it was added. Add it again.";
  }
  return `Storage refused the file${code ? ` (${code})` : ""}. Try again.`;
}
