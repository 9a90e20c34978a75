/** How far the whole queue is, how fast it moves and how long it still takes. */

import { assetOf, isGone } from "../data/library.js";
import { isUnsettled } from "../data/following.js";
import { computed, effect, signal, untracked } from "../vendor/preact.js";
import { isMoving, uploads } from "./queue.js";

const SAMPLE_MS = 500;
/** The rate is that of the last ten samples: steady to read, quick to follow. */
const SAMPLES = 10;

/**
 * What became of a file, as far as is known.
 * @typedef {"under_way" | "processing" | "done" | "refused" | "failed" | "deleted" | "cancelled"} Outcome
 */

/**
 * @param {import("./queue.js").Upload} upload
 * @returns {Outcome}
 */
export function outcomeOf(upload) {
  switch (upload.phase.value) {
    case "sent": {
      const id = upload.assetId.value ?? "";
      const asset = assetOf(id).value;
      if (isGone(id)) return "deleted";
      if (!asset || isUnsettled(asset)) return "processing";
      return ["failed", "quarantined", "rejected"].includes(asset.status) ? "failed" : "done";
    }
    case "refused":
      return "refused";
    case "broken":
      return "failed";
    case "cancelled":
    case "skipped":
      return "cancelled";
    default:
      return "under_way";
  }
}

/** How many files of this list came to what. */
export const outcomes = computed(() => {
  /** @type {Record<Outcome, number>} */
  const counts = { under_way: 0, processing: 0, done: 0, refused: 0, failed: 0, deleted: 0, cancelled: 0 };
  for (const upload of uploads.value) counts[outcomeOf(upload)] += 1;
  return counts;
});

/** What is neither sent nor was begun: no bytes of it are to come. */
const ASIDE = ["refused", "asking", "skipped"];

/** Files and bytes of what is sent; what was called off counts as dealt with. */
export const totals = computed(() => {
  let handledBytes = 0;
  let sizeBytes = 0;
  let handled = 0;
  let files = 0;
  for (const upload of uploads.value) {
    const { size } = upload.file;
    if (ASIDE.includes(upload.phase.value)) continue;
    const moving = isMoving(upload);
    files += 1;
    sizeBytes += size;
    handledBytes += moving ? Math.min(size, upload.sentBytes.value) : size;
    if (!moving) handled += 1;
  }
  return { handledBytes, sizeBytes, handled, files };
});

/** Whether bytes are moving or wait to, be it for an answer. */
export const busy = computed(() => uploads.value.some(isMoving));

/** How many files wait for an answer, because the same bytes are there already. */
export const asking = computed(
  () => uploads.value.filter((upload) => upload.phase.value === "asking").length,
);

/** Bytes in a second; 0 while not known. */
export const rate = signal(0);

/** Bytes that have been sent, for the rate alone. */
function sentBytes() {
  return uploads.value.reduce((sum, upload) => sum + upload.sentBytes.value, 0);
}

effect(() => {
  if (!busy.value) return;
  /** @type {{ at: number, sentBytes: number }[]} */
  const samples = [];
  const timer = setInterval(() => {
    const now = { at: performance.now(), sentBytes: untracked(sentBytes) };
    samples.push(now);
    if (samples.length > SAMPLES) samples.shift();
    const seconds = (now.at - samples[0].at) / 1000;
    rate.value = seconds > 0 ? Math.max(0, (now.sentBytes - samples[0].sentBytes) / seconds) : 0;
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    rate.value = 0;
  };
});
