/** Which part of a long library is in the page: the rows near what is seen of it. */

import { useLayoutEffect, useSignal } from "../../vendor/preact.js";

/** Shorter libraries are there as a whole. */
const LONG = 180;

/** How far above and below what is seen rows are there. */
const AHEAD_PX = 800;

/**
 * @typedef {object} Rows
 * @property {number} columns
 * @property {number} step From one row to the next, in pixels; 0 while not measured.
 * @property {number} gap Between two rows, in pixels.
 * @property {number} first The first row that is there.
 * @property {number} end The first row behind them.
 */

/**
 * Follow what is seen of a list of cards.
 * @param {{ current: HTMLElement | null }} list
 * @param {number} count How many cards it has.
 * @param {string} manner Whatever changes how large a card is.
 * @returns {Rows | null} null where all of them are there.
 */
export function useRows(list, count, manner) {
  const rows = useSignal(/** @type {Rows} */ ({ columns: 1, step: 0, gap: 0, first: 0, end: LONG }));
  const isLong = count > LONG;
  useLayoutEffect(() => {
    if (!isLong || !list.current) return;
    let frame = 0;
    const look = () => (frame ||= requestAnimationFrame(measure));
    const stop = new AbortController();
    const watch = new ResizeObserver(look);
    addEventListener("scroll", look, { passive: true, signal: stop.signal });
    addEventListener("resize", look, { signal: stop.signal });
    watch.observe(list.current);
    measure();
    return () => {
      stop.abort();
      watch.disconnect();
      cancelAnimationFrame(frame);
    };

    function measure() {
      frame = 0;
      const now = list.current && measured(list.current);
      if (now && JSON.stringify(now) !== JSON.stringify(rows.value)) rows.value = now;
    }
  }, [isLong, manner]);
  return isLong ? rows.value : null;
}

/**
 * How a list's grid is laid out.
 * @param {HTMLElement} list
 */
export function columnsOf(list) {
  return getComputedStyle(list).gridTemplateColumns.split(" ").length;
}

/**
 * The numbers of the cards that are to be there.
 * @param {Rows | null} rows
 * @param {number} count How many there are.
 * @param {number} kept One that is there in any case: it has the focus. Negative for none.
 */
export function cardsOf(rows, count, kept) {
  const [first, end] = rows ? [rows.first * rows.columns, rows.end * rows.columns] : [0, count];
  const numbers = [];
  for (let at = first; at < Math.min(end, count); at += 1) numbers.push(at);
  if (kept >= 0 && kept < first) numbers.unshift(kept);
  if (kept >= end && kept < count) numbers.push(kept);
  return numbers;
}

/**
 * Where a card stands among rows that are not all there.
 * @param {Rows | null} rows
 * @param {number} at
 */
export function placeOf(rows, at) {
  if (!rows?.step) return undefined;
  return { gridRow: Math.floor(at / rows.columns) + 1, gridColumn: (at % rows.columns) + 1 };
}

/**
 * How much room a list takes, the rows included that are not there.
 * @param {Rows | null} rows
 * @param {number} count
 */
export function roomOf(rows, count) {
  if (!rows?.step) return undefined;
  const height = Math.ceil(count / rows.columns) * rows.step - rows.gap;
  return { gridAutoRows: `${rows.step - rows.gap}px`, minBlockSize: `${height}px` };
}

/**
 * @param {HTMLElement} list
 * @returns {Rows | null}
 */
function measured(list) {
  const card = list.querySelector(".card");
  if (!card) return null;
  const gap = Number.parseFloat(getComputedStyle(list).rowGap) || 0;
  const step = card.getBoundingClientRect().height + gap;
  if (step <= gap) return null;
  const above = -list.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor((above - AHEAD_PX) / step));
  const end = Math.ceil((above + innerHeight + AHEAD_PX) / step);
  return { columns: columnsOf(list), step, gap, first, end: Math.max(end, first + 1) };
}
