// @ts-check
/** How large an element is shown, and whether it is in sight at all. */

/** Resizing comes in bursts; a layer should not change with each of them. */
const SETTLE_MS = 250;

/**
 * Calls `tell` with the width that an element takes on the screen in physical pixels, 0 when it is out of
 * sight, now and whenever it has changed for a moment.
 * @param {HTMLElement} element @param {(width: number) => void} tell
 * @returns {() => void} what stops it
 */
export function watchWidth(element, tell) {
  let width = 0;
  let isInSight = true;
  /** @type {number|null} */
  let told = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = isInSight ? Math.ceil(width * (globalThis.devicePixelRatio || 1)) : 0;
      if (now !== told) tell((told = now));
    }, SETTLE_MS);
  };
  const sizes = new ResizeObserver(([entry]) => {
    width = entry.contentRect.width;
    later();
  });
  const sights = new IntersectionObserver((entries) => {
    isInSight = entries[entries.length - 1].isIntersecting;
    later();
  });
  sizes.observe(element);
  sights.observe(element);
  return () => {
    clearTimeout(timer);
    sizes.disconnect();
    sights.disconnect();
  };
}

/**
 * The smallest layer that is sharp at some width: null for any, because none is known to suffice.
 * @param {import('./messages.js').Layer[]} layers @param {number} width
 */
export function layerFor(layers, width) {
  // A picture a little smaller than its place is not seen to be.
  const sharp = layers.filter((layer) => (layer.width ?? 0) >= width * 0.85).map(({ layer }) => layer);
  return sharp.length ? Math.min(...sharp) : null;
}
