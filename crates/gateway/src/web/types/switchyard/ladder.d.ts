/** @param {number} attempt counted from 0 @param {() => number} [random] from 0 to 1 */
export function waitBefore(attempt: number, random?: () => number): number;
/** Waits, but not longer than until the network comes back. @param {number} milliseconds */
export function pause(milliseconds: number): Promise<undefined>;
/** How long to wait before trying again. */
/** Milliseconds before each attempt. The first is at once: most losses are over before anybody sees them. */
export const LADDER: number[];
