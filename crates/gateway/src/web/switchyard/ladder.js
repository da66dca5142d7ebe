// @ts-check
/** How long to wait before trying again. */

/** Milliseconds before each attempt. The first is at once: most losses are over before anybody sees them. */
export const LADDER = [0, 300, 1200, 2700, 4800, 7000];

/** At most this much is added to each wait, as a part of it, so that a thousand clients do not come at once. */
const JITTER = 0.3;

/** @param {number} attempt counted from 0 @param {() => number} [random] from 0 to 1 */
export function waitBefore(attempt, random = Math.random) {
  const step = LADDER[Math.min(attempt, LADDER.length - 1)];
  return step * (1 + JITTER * random());
}

/** Waits, but not longer than until the network comes back. @param {number} milliseconds */
export function pause(milliseconds) {
  return new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    const over = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.('online', over);
      resolve();
    };
    const timer = setTimeout(over, milliseconds);
    globalThis.addEventListener?.('online', over);
  });
}
