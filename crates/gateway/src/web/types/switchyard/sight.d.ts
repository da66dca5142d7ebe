/**
 * Calls `tell` with the width that an element takes on the screen in physical pixels, 0 when it is out of
 * sight, now and whenever it has changed for a moment.
 * @param {HTMLElement} element @param {(width: number) => void} tell
 * @returns {() => void} what stops it
 */
export function watchWidth(element: HTMLElement, tell: (width: number) => void): () => void;
/**
 * The smallest layer that is sharp at some width: null for any, because none is known to suffice.
 * @param {import('./messages.js').Layer[]} layers @param {number} width
 */
export function layerFor(layers: import("./messages.js").Layer[], width: number): number | null;
