/** Whether the browser has a network, and waiting until it has. */

import { signal } from "../vendor/preact.js";

/** Whether the browser says that it is connected; a connection may be of no use all the same. */
export const online = signal(navigator.onLine);

addEventListener("online", () => (online.value = true));
addEventListener("offline", () => (online.value = false));

/**
 * Wait until there is a network, unless called off.
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function whenOnline(signal) {
  if (navigator.onLine) return Promise.resolve();
  return new Promise((resolve, reject) => {
    addEventListener("online", () => resolve(), { once: true, signal });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
