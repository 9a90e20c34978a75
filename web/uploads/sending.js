/** The bytes of one file on their way to storage: in one piece, or in parts side by side. */

import { call, pause } from "../api.js";
import { TransferError, transfer } from "./transfer.js";

const ATTEMPTS = 5;
const PARTS_AT_ONCE = 4;
/** Addresses of parts are asked for by this many; they are signed and end after a while. */
const ADDRESSES_AT_ONCE = 8;

/** @typedef {import("../types.js").Reservation} Reservation */
/** @typedef {{ url: string, headers?: Record<string, string> }} PartAddress */

/**
 * Send a file to where its reservation says.
 * @param {File} file
 * @param {Reservation["upload"]} upload
 * @param {AbortSignal} signal
 * @param {(sentBytes: number) => void} onProgress
 */
export async function sendFile(file, upload, signal, onProgress) {
  if (upload.method === "MULTIPART") await sendParts(file, upload, signal, onProgress);
  else await sendWhole(file, upload, signal, onProgress);
  onProgress(file.size);
}

/** @type {typeof sendFile} */
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
async function sendParts(file, upload, signal, onProgress) {
  const partSize = upload.part_size_bytes ?? file.size;
  const partCount = upload.part_count ?? 1;
  const sent = new Array(partCount).fill(0);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const addresses = partAddresses(upload.upload_id, partCount, either);
  let next = 1;
  try {
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, sendNextParts));
  } catch (error) {
    stop.abort();
    throw error;
  }
  await call("POST", `uploads/${upload.upload_id}/complete/`, { body: {}, key: upload.upload_id });

  async function sendNextParts() {
    while (next <= partCount) await sendPart(next++);
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
      onProgress(sent.reduce((sum, one) => sum + one, 0));
    }
  }
}

/**
 * Signed addresses of parts, fetched ahead by the handful and again when one was of no use.
 * @param {string} uploadId
 * @param {number} partCount
 * @param {AbortSignal} signal
 */
function partAddresses(uploadId, partCount, signal) {
  /** @type {Map<number, Promise<PartAddress>>} */
  const known = new Map();
  return {
    /** @param {number} number */
    of(number) {
      const kept = known.get(number);
      if (kept) return kept;
      const numbers = [];
      for (let n = number; n <= partCount && numbers.length < ADDRESSES_AT_ONCE; n += 1) {
        if (!known.has(n)) numbers.push(n);
      }
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
 * Try again while the failure looks passing, and wait out the time without a connection.
 * @param {File} file
 * @param {AbortSignal} signal
 * @param {() => Promise<void>} attempt
 */
async function persistently(file, signal, attempt) {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !(error instanceof TransferError)) throw error;
      await file.slice(0, 1).arrayBuffer().catch(sayUnreadable);
      const expired = error.status === 403;
      if (count === ATTEMPTS || !(error.passing || expired)) throw error;
      if (!navigator.onLine) await backOnline(signal);
      await pause(500 * 2 ** count, signal);
    }
  }
}

/** @returns {never} */
function sayUnreadable() {
  throw new TransferError("The file was moved or changed on your computer. Add it again.", 400);
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function backOnline(signal) {
  return new Promise((resolve, reject) => {
    addEventListener("online", () => resolve(), { once: true, signal });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
