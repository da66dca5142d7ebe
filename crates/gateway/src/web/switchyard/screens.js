// @ts-check
/** The elements that show a publication, and what they need of it. */

import { watchWidth } from './sight.js';

/**
 * @typedef {{adaptive?: boolean}} AttachOptions `adaptive`: receive no larger picture than the element shows, and
 *   none while it is out of sight (true for video)
 */

export class Screens {
  /** @type {Map<HTMLMediaElement, {width: number|null, stop: () => void}>} */
  #elements = new Map();

  /** @param {() => void} onNeed called when what is needed may have changed */
  constructor(onNeed) {
    this.onNeed = onNeed;
  }

  /** @param {HTMLMediaElement} element @param {MediaStreamTrack|null} track @param {boolean} adaptive */
  add(element, track, adaptive) {
    this.remove(element);
    const entry = { width: /** @type {number|null} */ (null), stop: () => {} };
    this.#elements.set(element, entry);
    if (adaptive && typeof ResizeObserver !== 'undefined' && typeof IntersectionObserver !== 'undefined') {
      entry.stop = watchWidth(element, (width) => {
        entry.width = width;
        this.onNeed();
      });
    }
    show(element, track);
  }

  /** @param {HTMLMediaElement} element */
  remove(element) {
    const entry = this.#elements.get(element);
    if (!entry) return;
    entry.stop();
    this.#elements.delete(element);
    element.srcObject = null;
    this.onNeed();
  }

  clear() {
    [...this.#elements.keys()].forEach((element) => this.remove(element));
  }

  /** @param {MediaStreamTrack|null} track */
  show(track) {
    for (const element of this.#elements.keys()) show(element, track);
  }

  /**
   * The widest that is shown, 0 when nothing is in sight, null when nobody knows.
   * @returns {number|null}
   */
  get width() {
    const widths = [...this.#elements.values()].map(({ width }) => width);
    return widths.length && widths.every((width) => width !== null) ? Math.max(.../** @type {number[]} */ (widths)) : null;
  }
}

/** @param {HTMLMediaElement} element @param {MediaStreamTrack|null} track */
function show(element, track) {
  const shown = /** @type {MediaStream|null} */ (element.srcObject)?.getTracks() ?? [];
  if (shown.length === 1 && shown[0] === track) return;
  element.srcObject = track ? new MediaStream([track]) : null;
  // A browser may want a click before it makes a sound; the element says so by staying paused.
  if (track) element.play().catch(() => {});
}
