// @ts-check
/** Size, bitrate, loss and layer on each picture, for those who want to know. */

import { $, face } from './dom.js';

export class Figures {
  isShown = false;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #timer;

  /** @param {import('./stage.js').Stage} stage */
  constructor(stage) {
    this.stage = stage;
    $('figures').onclick = () => this.show(!this.isShown);
    this.show(false);
  }

  /** @param {boolean} isShown */
  show(isShown) {
    this.isShown = isShown;
    face($('figures'), 'figures', isShown ? 'Hide quality and bitrate' : 'Show quality and bitrate');
    $('figures').setAttribute('aria-pressed', String(isShown));
    $('settings-figures').checked = isShown;
    clearInterval(this.#timer);
    this.refresh();
    if (isShown) this.#timer = setInterval(() => this.refresh(), 1_000);
  }

  refresh() {
    for (const tile of this.stage.tiles.values()) {
      tile.figures.hidden = !this.isShown;
      if (this.isShown) tile.measure().catch(() => {});
    }
  }
}
