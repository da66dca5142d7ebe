// @ts-check
/** Who is speaking, from how loud each microphone is heard. */

/** Quieter is breath and keyboards. */
const LOUD = 0.02;

/** Somebody who has paused for breath still speaks. */
const HOLD_MS = 900;

export class Speakers {
  /** @type {Map<import('./tile.js').Tile, number>} when each was last loud */
  #heard = new Map();
  #timer;

  /** @param {import('./stage.js').Stage} stage */
  constructor(stage) {
    this.stage = stage;
    this.#timer = setInterval(() => this.#look(), 200);
  }

  #look() {
    const now = performance.now();
    let loudest = { level: LOUD, tile: /** @type {import('./tile.js').Tile|null} */ (null) };
    for (const tile of this.stage.tiles.values()) {
      const { sound } = tile;
      if (!sound || tile.isScreen) continue;
      const level = sound.muted ? 0 : sound.audioLevel;
      if (level > LOUD) this.#heard.set(tile, now);
      const isSpeaking = !sound.muted && now - (this.#heard.get(tile) ?? -Infinity) < HOLD_MS;
      if (isSpeaking !== tile.isSpeaking) tile.setSpeaking(isSpeaking);
      if (level > loudest.level) loudest = { level, tile };
    }
    this.stage.setSpeaker(loudest.tile);
  }

  stop() {
    clearInterval(this.#timer);
  }
}
