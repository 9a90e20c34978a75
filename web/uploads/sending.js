/** The bytes of one file on their way to storage: in one piece, or in parts side by side. */

import { Problem, call, pause } from "../api.js";
import { problems } from "../texts.js";
import { whenOnline } from "./network.js";
import { TransferError, transfer } from "./transfer.js";

/** With pauses of 1, 2, 4 … seconds, these outlast a minute without an answer. */
const ATTEMPTS = 9;
const LONGEST_WAIT_MS = 16_000;
const PARTS_AT_ONCE = 4;
/** Addresses of parts are asked for by this many; they are signed and end after a while. */
const ADDRESSES_AT_ONCE = 8;

/** @typedef {NonNullable<import("../types.js").Reservation["upload"]>} Plan */
/** @typedef {{ url: string, headers?: Record<string, string> }} PartAddress */

/**
 * Send a file to where its reservation says.
 * @param {File} file
 * @param {Plan} upload
 * @param {AbortSignal} signal
 * @param {boolean} begun Whether parts may have arrived already, which are not sent again.
 * @param {(sentBytes: number) => void} onProgress
 */
export async function sendFile(file, upload, signal, begun, onProgress) {
  if (upload.method === "MULTIPART") await sendParts(file, upload, signal, begun, onProgress);
  else await sendWhole(file, upload, signal, onProgress);
  onProgress(file.size);
}

/**
 * @param {File} file
 * @param {Plan} upload
 * @param {AbortSignal} signal
 * @param {(sentBytes: number) => void} onProgress
 */
async function sendWhole(file, upload, signal, onProgress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields ?? {})) form.append(name, value);
  form.append("file", file);
  await persistently(file, signal, () =>
    transfer("POST", upload.url ?? "", form, {
      signal,
      onProgress: (sent) => onProgress(Math.min(sent, file.size)),
    }),
  );
}

/** @type {typeof sendFile} */
async function sendParts(file, upload, signal, begun, onProgress) {
  const partSize = upload.part_size_bytes ?? file.size;
  const partCount = upload.part_count ?? 1;
  const sent = begun ? await arrivedBytes(upload, signal) : new Array(partCount).fill(0);
  const missing = sent.flatMap((bytes, at) => (bytes === 0 ? [at + 1] : []));
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const addresses = partAddresses(upload.upload_id, [...missing], either);
  onProgress(total());
  try {
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, sendNextParts));
  } catch (error) {
    stop.abort();
    throw error;
  }
  await call("POST", `uploads/${upload.upload_id}/complete/`, { body: {}, key: upload.upload_id });

  async function sendNextParts() {
    for (let number = missing.shift(); number; number = missing.shift()) await sendPart(number);
  }

  /** @param {number} number */
  async function sendPart(number) {
    const start = (number - 1) * partSize;
    const part = file.slice(start, start + partSize, "application/octet-stream");
    await persistently(file, either, async () => {
      const { url, headers } = await addresses.of(number);
      await transfer("PUT", url, part, { signal: either, headers, onProgress: tell }).catch(
        (error) => {
          addresses.forget(number);
          throw error;
        },
      );
    });
    tell(part.size);

    /** @param {number} bytes */
    function tell(bytes) {
      sent[number - 1] = bytes;
      onProgress(total());
    }
  }

  function total() {
    return sent.reduce((sum, one) => sum + one, 0);
  }
}

/**
 * How many bytes of each part have arrived: all of them or none.
 * @param {Plan} upload
 * @param {AbortSignal} signal
 * @returns {Promise<number[]>}
 */
export async function arrivedBytes({ upload_id: uploadId, part_count: count }, signal) {
  const sent = new Array(count ?? 1).fill(0);
  const { parts } = await call("GET", `uploads/${uploadId}/parts/`, { signal });
  for (const { part_number: number, size_bytes: bytes } of parts) sent[number - 1] = bytes;
  return sent;
}

/**
 * Signed addresses of parts, fetched ahead by the handful and again when one was of no use.
 * @param {string} uploadId
 * @param {number[]} wanted The numbers of the parts, in the order in which they are sent.
 * @param {AbortSignal} signal
 */
function partAddresses(uploadId, wanted, signal) {
  /** @type {Map<number, Promise<PartAddress>>} */
  const known = new Map();
  return {
    /** @param {number} number */
    of(number) {
      const kept = known.get(number);
      if (kept) return kept;
      const numbers = wanted
        .slice(wanted.indexOf(number))
        .filter((n) => !known.has(n))
        .slice(0, ADDRESSES_AT_ONCE);
      const answer = call("POST", `uploads/${uploadId}/parts/`, {
        body: { part_numbers: numbers },
        signal,
      });
      for (const n of numbers) {
        const one = answer.then(({ parts }) =>
          parts.find((/** @type {{ part_number: number }} */ p) => p.part_number === n),
        );
        one.catch(() => known.delete(n));
        known.set(n, one);
      }
      return /** @type {Promise<PartAddress>} */ (known.get(number));
    },
    /** @param {number} number */
    forget(number) {
      known.delete(number);
    },
  };
}

/**
 * Try again while the failure looks passing; the time without a network does not count.
 * @param {File} file
 * @param {AbortSignal} signal
 * @param {() => Promise<void>} attempt
 */
async function persistently(file, signal, attempt) {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !isTold(error)) throw error;
      await file.slice(0, 1).arrayBuffer().catch(sayUnreadable);
      if (!navigator.onLine) {
        await whenOnline(signal);
        count = 0;
        continue;
      }
      const expired = error.status === 403 && count < 3;
      if (count === ATTEMPTS || !(error.passing || expired)) throw error;
      await pause(Math.min(LONGEST_WAIT_MS, 500 * 2 ** count), signal);
    }
  }
}

/**
 * Whether it is known what went wrong: at storage, or where the API signs a part's address.
 * @param {unknown} error
 * @returns {error is TransferError | Problem}
 */
function isTold(error) {
  return error instanceof TransferError || error instanceof Problem;
}

/** @returns {never} */
function sayUnreadable() {
  throw new TransferError(problems.fileChanged, 400, true);
}
