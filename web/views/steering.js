/** Moving through a grid of cards by the keyboard, whatever its columns and reading direction. */

/**
 * The card that a key leads to from the one in focus.
 * @param {KeyboardEvent} event
 * @param {HTMLElement[]} cards In their order on the page.
 * @returns {HTMLElement | undefined}
 */
export function targetOf(event, cards) {
  const at = cards.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const forward = getComputedStyle(cards[at]).direction === "rtl" ? -1 : 1;
  switch (event.key) {
    case "ArrowRight":
      return cards[at + forward];
    case "ArrowLeft":
      return cards[at - forward];
    case "ArrowDown":
      return cards[at + columnsOf(cards)] ?? undefined;
    case "ArrowUp":
      return cards[at - columnsOf(cards)];
    case "Home":
      return cards[0];
    case "End":
      return cards.at(-1);
    default:
      return undefined;
  }
}

/**
 * How many cards stand in the first row.
 * @param {HTMLElement[]} cards
 */
function columnsOf(cards) {
  const top = cards[0].getBoundingClientRect().top;
  const next = cards.findIndex((card) => card.getBoundingClientRect().top > top + 1);
  return next < 0 ? cards.length : next;
}
