// @ts-check
/** One picture of the stage: somebody's camera or screen, or the letters of their name. */

import { el, face, icon, initials, readableBitrate, tint } from './dom.js';

/**
 * @typedef {import('../switchyard.js').RemotePublication} RemotePublication
 * @typedef {import('../switchyard.js').LocalPublication} LocalPublication
 */

export class Tile {
  /** @type {RemotePublication|LocalPublication|null} */
  picture = null;
  /** @type {RemotePublication|null} */
  sound = null;
  isSpeaking = false;
  /** @type {{muted?: boolean, isConnected?: boolean}} `muted` is about one's own microphone */
  facts = {};

  /**
   * @param {string} key @param {string} name what it is called; `letters` is whose initials it shows if not that one's
   * @param {{isOwn?: boolean, isScreen?: boolean, letters?: string, onPin: (tile: Tile) => void, onBlocked: () => void}} options
   */
  constructor(key, name, { isOwn = false, isScreen = false, letters, onPin, onBlocked }) {
    this.letters = letters;
    this.key = key;
    this.isOwn = isOwn;
    this.isScreen = isScreen;
    this.video = el('video', { autoplay: true, playsInline: true, muted: true, tabIndex: -1 });
    this.audio = el('audio', { autoplay: true });
    this.avatar = el('div', { className: 'avatar', 'aria-hidden': 'true' });
    this.label = el('span', { className: 'name' });
    this.mark = el('span', { className: 'marks' });
    this.numbers = el('div', { className: 'numbers' });
    this.quality = this.#qualityChoice();
    this.figures = el('div', { className: 'tile-figures', hidden: true }, this.numbers, this.quality);
    this.pin = el('button', { type: 'button', className: 'icon-button pin', 'aria-pressed': 'false', onclick: () => onPin(this) });
    this.element = el('article', { className: 'tile', role: 'listitem' },
      this.avatar, this.video, this.audio, this.figures, this.pin,
      el('div', { className: 'tile-bar' }, this.mark, this.label));
    this.element.classList.toggle('own', isOwn);
    this.element.classList.toggle('screen', isScreen);
    this.video.classList.toggle('mirrored', isOwn && !isScreen);
    this.audio.addEventListener('canplay', () => this.audio.play().catch(onBlocked));
    this.setName(name);
    this.update();
  }

  /** @param {string} name */
  setName(name) {
    this.name = name;
    this.label.textContent = name;
    this.avatar.textContent = initials(this.letters ?? name);
    this.avatar.className = `avatar ${tint(this.letters ?? name)}`;
    this.video.setAttribute('aria-label', this.isScreen ? name : `Picture of ${name}`);
    face(this.pin, 'pin', `Show ${name} large`);
    this.update();
  }

  /** @param {RemotePublication} publication */
  showRemote(publication) {
    if (publication.kind === 'video') {
      this.picture = publication;
      publication.attach(this.video);
    } else {
      this.sound = publication;
      publication.attach(this.audio);
    }
    this.update();
  }

  /** @param {LocalPublication} publication */
  showLocal(publication) {
    this.picture = publication;
    this.video.srcObject = new MediaStream([publication.track]);
    this.video.play().catch(() => {});
    this.update();
  }

  /** @param {RemotePublication|LocalPublication} publication */
  hide(publication) {
    if (this.picture === publication) {
      this.picture = null;
      this.video.srcObject = null;
    }
    if (this.sound === publication) this.sound = null;
    this.update();
  }

  /** Shows what is known of it now. @param {{muted?: boolean, isConnected?: boolean}} [facts] */
  update(facts = {}) {
    this.facts = { ...this.facts, ...facts };
    const { isConnected = true } = this.facts;
    const hasPicture = Boolean(this.picture) && !this.picture?.muted;
    this.element.classList.toggle('has-picture', hasPicture);
    this.element.classList.toggle('is-lost', !isConnected);
    const isMuted = !this.isScreen && (this.isOwn ? this.facts.muted ?? true : this.sound?.muted ?? true);
    const marks = [...(isConnected ? [] : [icon('lost')]), ...(isMuted ? [icon('mic-off')] : [])];
    this.mark.replaceChildren(...marks);
    const words = [this.name, ...(isMuted ? ['microphone off'] : []), ...(hasPicture || this.isScreen ? [] : ['camera off']),
      ...(isConnected ? [] : ['reconnecting'])];
    this.element.setAttribute('aria-label', words.join(', '));
  }

  /** @param {boolean} isSpeaking */
  setSpeaking(isSpeaking) {
    this.isSpeaking = isSpeaking;
    this.element.classList.toggle('is-speaking', isSpeaking);
  }

  /** Measures and shows what is sent or received. */
  async measure() {
    const { picture } = this;
    this.quality.hidden = this.isOwn || !picture || !('encodings' in picture) || picture.encodings < 2;
    if (!picture || picture.muted) return this.numbers.replaceChildren('no picture');
    const { width, height, fps, bitrate, loss, codec } = await picture.stats();
    const layer = 'decision' in picture ? picture.decision?.layer : null;
    const lines = [
      `${width ?? '–'}×${height ?? '–'}${fps ? ` · ${Math.round(fps)} fps` : ''}`,
      `${readableBitrate(bitrate)}${codec ? ` · ${codec}` : ''}`,
      `${loss ? `${(loss * 100).toFixed(1)} %` : 'no'} loss${layer === null || layer === undefined ? '' : ` · layer ${layer}`}`,
    ];
    this.numbers.replaceChildren(...lines.map((line) => el('span', { textContent: line })));
  }

  #qualityChoice() {
    const choices = [['', 'best that fits'], ['2', 'high'], ['1', 'medium'], ['0', 'low']];
    const select = el('select', {}, ...choices.map(([value, textContent]) => el('option', { value, textContent })));
    select.onchange = () => {
      if (this.picture && 'setMaxLayer' in this.picture) {
        this.picture.setMaxLayer(select.value === '' ? null : Number(select.value)).catch(() => {});
      }
    };
    return el('label', { className: 'quality' }, 'Quality ', select);
  }

  remove() {
    if (this.picture && 'detach' in this.picture) this.picture.detach(this.video);
    this.sound?.detach(this.audio);
    this.element.remove();
  }
}
