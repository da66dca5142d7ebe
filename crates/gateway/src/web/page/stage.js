// @ts-check
/** Where the pictures stand: a grid of equals, or one large and the others beside it. */

import { $, face } from './dom.js';
import { remember, remembered } from './memory.js';

/** @typedef {import('./tile.js').Tile} Tile */

/** Pictures may be cut to one of these shapes when that lets them be larger; earlier ones are liked better. */
const SHAPES = [16 / 9, 4 / 3, 1];

/** How much larger a picture has to become for a shape that is liked less. */
const WORTH = 1.12;

/** Nobody can be recognised in less; the stage scrolls instead. */
const LEAST_WIDTH = 132;

export class Stage {
  /** @type {Map<string, Tile>} */
  tiles = new Map();
  /** @type {'grid'|'speaker'} */
  layout;
  /** @type {Tile|null} what somebody wants to see large */
  #pinned = null;
  /** @type {Tile|null} who spoke last */
  #speaker = null;
  /** @type {Tile|null} a shared screen that somebody wants to see no larger than the rest */
  #dismissed = null;
  #element = $('stage');

  constructor() {
    this.layout = remembered().layout === 'speaker' ? 'speaker' : 'grid';
    new ResizeObserver(() => this.arrange()).observe(this.#element);
  }

  /** @param {Tile} tile */
  add(tile) {
    this.tiles.set(tile.key, tile);
    // Others come before oneself, and screens before people.
    const own = this.tiles.get('own:camera');
    if (tile.isScreen) this.#element.prepend(tile.element);
    else if (own && own !== tile) this.#element.insertBefore(tile.element, own.element);
    else this.#element.append(tile.element);
    this.arrange();
  }

  /** @param {string} key */
  remove(key) {
    const tile = this.tiles.get(key);
    if (!tile) return;
    this.tiles.delete(key);
    if (this.#pinned === tile) this.#pinned = null;
    if (this.#speaker === tile) this.#speaker = null;
    if (this.#dismissed === tile) this.#dismissed = null;
    tile.remove();
    this.arrange();
  }

  clear() {
    [...this.tiles.keys()].forEach((key) => this.remove(key));
  }

  /** @param {'grid'|'speaker'} layout */
  setLayout(layout) {
    this.layout = layout;
    remember({ layout });
    if (layout === 'grid') this.#pinned = null;
    this.#dismissed = layout === 'grid' ? this.#screen : null;
    this.arrange();
  }

  /** @param {Tile} tile */
  pin(tile) {
    const isUp = this.#isUp(tile);
    this.#pinned = isUp ? null : tile;
    if (tile === this.#screen) this.#dismissed = isUp ? tile : null;
    this.arrange();
  }

  /** @param {Tile|null} tile */
  setSpeaker(tile) {
    if (!tile || tile === this.#speaker) return;
    this.#speaker = tile;
    if (this.layout === 'speaker') this.arrange();
  }

  /** Whether one is shown large: because somebody likes that, or because of what there is to see. */
  get isLarge() {
    const hasScreen = this.#screen !== null && this.#screen !== this.#dismissed;
    return this.tiles.size > 1 && (this.layout === 'speaker' || this.#pinned !== null || hasScreen);
  }

  /** @returns {Tile|null} the latest screen that somebody else shares */
  get #screen() {
    return [...this.tiles.values()].findLast((tile) => tile.isScreen && !tile.isOwn) ?? null;
  }

  /** @returns {Tile|null} */
  get #featured() {
    const all = [...this.tiles.values()];
    const first = all.find((tile) => !tile.isOwn) ?? all[0] ?? null;
    const screen = this.#screen === this.#dismissed ? null : this.#screen;
    return this.#pinned ?? screen ?? this.#speaker ?? first;
  }

  /** Whether a picture is large for its own sake, not because somebody happens to speak. @param {Tile} tile */
  #isUp(tile) {
    return this.isLarge && tile === this.#featured && (tile === this.#pinned || tile === this.#screen);
  }

  arrange() {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const { isLarge } = this;
    const featured = isLarge ? this.#featured : null;
    this.#element.classList.toggle('speaker', featured !== null);
    this.#element.style.setProperty('--stage-width', `${width}px`);
    this.#element.style.setProperty('--stage-height', `${height}px`);
    this.#element.style.setProperty('--others', String(Math.max(1, this.tiles.size - 1)));
    for (const tile of this.tiles.values()) {
      tile.element.classList.toggle('featured', tile === featured);
      tile.pin.setAttribute('aria-pressed', String(this.#isUp(tile)));
    }
    if (!featured) this.#fit(width, height);
    // Where nobody is to be large yet, it is told what was chosen.
    const isSpeaker = isLarge || this.layout === 'speaker';
    face($('layout'), isSpeaker ? 'grid' : 'speaker', isSpeaker ? 'Show everybody alike' : 'Show the speaker large');
    $('layout').setAttribute('aria-pressed', String(isSpeaker));
    document.querySelectorAll('input[name="layout"]').forEach((/** @type {any} */ input) => (input.checked = (input.value === 'speaker') === isSpeaker));
  }

  /** @param {number} width @param {number} height */
  #fit(width, height) {
    const style = getComputedStyle(this.#element);
    const gap = parseFloat(style.columnGap) || 0;
    const inside = (/** @type {string[]} */ sides) => sides.reduce((sum, side) => sum + parseFloat(style.getPropertyValue(side)), 0);
    const best = bestSize(this.tiles.size, width - inside(['padding-left', 'padding-right']), height - inside(['padding-top', 'padding-bottom']), gap);
    this.#element.style.setProperty('--tile-width', `${Math.floor(best.width)}px`);
    this.#element.style.setProperty('--tile-height', `${Math.floor(best.height)}px`);
  }
}

/**
 * The largest size at which so many pictures fit.
 * @param {number} count @param {number} width @param {number} height @param {number} gap
 */
export function bestSize(count, width, height, gap) {
  let best = { width: 0, height: 0, area: 0 };
  for (const shape of SHAPES) {
    const size = bestOfShape(shape, count, width, height, gap);
    if (size.area > best.area * WORTH) best = size;
  }
  if (best.area) return best;
  const columns = Math.max(1, Math.floor((width + gap) / (LEAST_WIDTH + gap)));
  const each = (width - gap * (columns - 1)) / columns;
  return { width: each, height: (each * 9) / 16, area: 0 };
}

/** @param {number} shape @param {number} count @param {number} width @param {number} height @param {number} gap */
function bestOfShape(shape, count, width, height, gap) {
  let best = { width: 0, height: 0, area: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const fits = Math.min((width - gap * (columns - 1)) / columns, ((height - gap * (rows - 1)) / rows) * shape);
    const area = fits ** 2 / shape;
    if (fits >= LEAST_WIDTH && area > best.area) best = { width: fits, height: fits / shape, area };
  }
  return best;
}
