/** Lists that are changed while they are loaded: what was said before a change is not shown after it. */

/**
 * @returns {{ load: <T>(ask: () => Promise<T>) => Promise<T>, changed: () => void }} `load` asks
 *   again until nothing has been `changed` since it asked.
 */
export function keepCurrent() {
  let changes = 0;
  return { load, changed: () => void (changes += 1) };

  /**
   * @template T
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async function load(ask) {
    const before = changes;
    const answer = await ask();
    return before === changes ? answer : load(ask);
  }
}
