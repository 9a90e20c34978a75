/** How far the whole queue is, how fast it moves and how long it still takes. */

import { computed, effect, signal, untracked } from "../vendor/preact.js";
import { isMoving, uploads } from "./queue.js";

const SAMPLE_MS = 500;
/** The rate is that of the last ten samples: steady to read, quick to follow. */
const SAMPLES = 10;

/** Bytes of everything that was, is or will be sent. */
export const totals = computed(() => {
  let sentBytes = 0;
  let sizeBytes = 0;
  let files = 0;
  let done = 0;
  let refused = 0;
  for (const upload of uploads.value) {
    const phase = upload.phase.value;
    if (phase === "refused" || phase === "broken") refused += 1;
    if (phase === "refused" || phase === "cancelled") continue;
    files += 1;
    if (phase === "sent") done += 1;
    sizeBytes += upload.file.size;
    sentBytes += phase === "sent" ? upload.file.size : upload.sentBytes.value;
  }
  return { sentBytes, sizeBytes, files, done, refused };
});

/** Whether bytes are moving or wait to. */
export const busy = computed(() => uploads.value.some(isMoving));

/** Bytes in a second; 0 while not known. */
export const rate = signal(0);

effect(() => {
  if (!busy.value) return;
  /** @type {{ at: number, sentBytes: number }[]} */
  const samples = [];
  const timer = setInterval(() => {
    const now = { at: performance.now(), sentBytes: untracked(() => totals.value.sentBytes) };
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
