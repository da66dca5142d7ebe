// @ts-check
/** What somebody else publishes, and this client's subscription to it. */

import { Emitter } from './events.js';
import { Screens } from './screens.js';
import { layerFor } from './sight.js';
import { remoteStats } from './stats.js';

/**
 * @typedef {import('./messages.js').Layer} Layer
 * @typedef {import('./messages.js').Decision} Decision
 * @typedef {(message: {type: string, [field: string]: unknown}) => Promise<any>} Ask
 *
 * @typedef {object} RemotePublicationEvents
 * @property {{track: MediaStreamTrack, transceiver: RTCRtpTransceiver}} track it is received from now on
 * @property {{track: MediaStreamTrack}} track-removed it is received no longer
 * @property {{muted: boolean}} muted
 * @property {{layers: Layer[]}} layers what is sent of it has changed
 * @property {{decision: Decision}} subscription-changed what is received of it has changed
 * @property {{}} removed it is gone
 */

/** @extends {Emitter<RemotePublicationEvents>} */
export class RemotePublication extends Emitter {
  /** @type {Layer[]} what its publisher sends: the smallest picture first */
  layers = [];
  /** @type {Decision|null} what is received now, and why not more */
  decision = null;
  /** @type {RTCRtpTransceiver|null} what carries it, while it is received */
  transceiver = null;
  /** Whether this client wants to receive it: what subscribe() and unsubscribe() said last. */
  isWanted = true;
  #pausedByUser = false;
  /** @type {number|null} */
  #maxLayer = null;
  /** What the server was told last. @type {{layer: number|null, paused: boolean}} */
  #told = { layer: null, paused: false };
  #screens = new Screens(() => this.#adapt());
  #ask;

  /**
   * @param {import('./messages.js').PublicationInfo} info
   * @param {import('./remote_participant.js').RemoteParticipant} participant @param {Ask} ask
   */
  constructor(info, participant, ask) {
    super();
    this.#ask = ask;
    this.participant = participant;
    this.id = info.id;
    this.kind = info.kind;
    this.source = info.source;
    this.name = info.name ?? undefined;
    this.muted = info.muted;
    this.encodings = info.encodings;
    this.codec = info.codec ?? null;
  }

  /** Whose it is. */
  get identity() {
    return this.participant.identity;
  }

  /** @returns {MediaStreamTrack|null} the media, while it is received */
  get track() {
    return this.transceiver?.receiver.track ?? null;
  }

  /** How loud it is at this moment, from 0 to 1. */
  get audioLevel() {
    const [heard] = this.transceiver?.receiver.getSynchronizationSources?.() ?? [];
    return heard && performance.timeOrigin + performance.now() - heard.timestamp < 500 ? heard.audioLevel ?? 0 : 0;
  }

  /** Receives it. */
  async subscribe() {
    await this.#ask({ type: 'subscribe', publication: this.id });
    this.isWanted = true;
  }

  /** Receives it no longer. */
  async unsubscribe() {
    await this.#ask({ type: 'unsubscribe', publication: this.id });
    this.isWanted = false;
    this.#told = { layer: null, paused: false };
  }

  /** Chooses the highest layer wanted: 0 is the smallest picture, null takes any. @param {number|null} layer */
  setMaxLayer(layer) {
    this.#maxLayer = layer;
    return this.#tell();
  }

  /** Pauses or resumes it for this client alone. */
  pause(paused = true) {
    this.#pausedByUser = paused;
    return this.#tell();
  }

  /**
   * Shows or plays it in an element, now and whenever it is received.
   * @template {HTMLMediaElement} Element
   * @param {Element} element @param {import('./screens.js').AttachOptions} [options]
   */
  attach(element, { adaptive = this.kind === 'video' } = {}) {
    this.#screens.add(element, this.track, adaptive);
    return element;
  }

  /** Takes it out of an element, or of all. @param {HTMLMediaElement} [element] */
  detach(element) {
    if (element) this.#screens.remove(element);
    else this.#screens.clear();
  }

  /** What is received of it. */
  stats() {
    return remoteStats(this);
  }

  /** What has changed, as the server says. For this library's own use. @param {import('./messages.js').PublicationInfo} info */
  handleInfo({ muted, encodings, codec, name }) {
    Object.assign(this, { encodings, codec: codec ?? null, name: name ?? undefined });
    if (muted === this.muted) return false;
    this.muted = muted;
    this.emit('muted', { muted });
    return true;
  }

  /** For this library's own use. @param {Layer[]} layers */
  handleLayers(layers) {
    this.layers = layers;
    this.emit('layers', { layers });
    this.#adapt();
  }

  /** For this library's own use. @param {Decision} decision */
  handleDecision(decision) {
    this.decision = decision;
    this.emit('subscription-changed', { decision });
  }

  /** For this library's own use. @param {RTCRtpTransceiver|null} transceiver @returns {MediaStreamTrack|null} what was received before */
  handleCarried(transceiver) {
    const before = this.track;
    this.transceiver = transceiver;
    this.#screens.show(this.track);
    if (before && before !== this.track) this.emit('track-removed', { track: before });
    if (this.track && transceiver) {
      this.emit('track', { track: this.track, transceiver });
      this.#adapt();
    }
    return before !== this.track ? before : null;
  }

  /** For this library's own use. */
  handleRemoved() {
    this.detach();
    this.emit('removed', {});
  }

  /** The session was begun anew: tells the server again what is wanted. For this library's own use. */
  async handleRejoined() {
    this.#told = { layer: null, paused: false };
    if (!this.isWanted) await this.#ask({ type: 'unsubscribe', publication: this.id });
    else await this.#tell();
  }

  #adapt() {
    // A publication that is not received is told nothing; when it is, this runs again.
    if (this.transceiver) this.#tell().catch(() => {});
  }

  async #tell() {
    const width = this.#screens.width;
    const fitting = width ? layerFor(this.layers, width) : null;
    const wishes = [this.#maxLayer, fitting].filter((one) => one !== null);
    const layer = wishes.length ? Math.min(.../** @type {number[]} */ (wishes)) : null;
    const paused = this.#pausedByUser || width === 0;
    const before = this.#told;
    this.#told = { layer, paused };
    await Promise.all([
      paused !== before.paused && this.#ask({ type: 'pause', publication: this.id, paused }),
      layer !== before.layer && this.#ask({ type: 'set_max_layer', publication: this.id, layer }),
    ]);
  }
}
