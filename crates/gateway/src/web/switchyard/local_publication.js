// @ts-check
/** A track that this client publishes. */

import { Emitter } from './events.js';
import { MediaError } from './errors.js';
import { openCamera, openMicrophone } from './devices.js';
import { localStats } from './stats.js';

/**
 * @typedef {import('./encodings.js').SendOptions & import('./devices.js').CaptureOptions & {
 *   source?: import('./messages.js').Source, name?: string, muted?: boolean, stopOnMute?: boolean
 * }} PublishOptions `stopOnMute` lets go of the device while muted, so that its light is off, and takes it again
 *   afterwards (true for a camera that this library opened)
 *
 * @typedef {object} LocalPublicationEvents
 * @property {{muted: boolean, by: 'you'|'moderator'}} muted
 * @property {{track: MediaStreamTrack}} track another track takes its place
 * @property {{why: string|null}} unpublished it is over; `why` when the server ended it
 * @property {{publication: LocalPublication}} ended the device was unplugged, or the sharing stopped by the browser
 */

/** @extends {Emitter<LocalPublicationEvents>} */
export class LocalPublication extends Emitter {
  /** @type {number|null} its number, once the server has accepted it */
  id = null;
  /** @type {import('./errors.js').SwitchyardError|null} why the server did not */
  refused = null;
  /** @type {{transceiver: RTCRtpTransceiver, id: number|null}|null} the same in a codec that more can decode */
  backup = null;
  /** Whether this library opened its device. */
  isOpened = false;

  /**
   * @param {import('./publisher.js').Publisher} publisher @param {RTCRtpTransceiver} transceiver
   * @param {MediaStreamTrack} track @param {PublishOptions} options
   */
  constructor(publisher, transceiver, track, options) {
    super();
    const { source = 'unknown', name, muted = false } = options;
    this.publisher = publisher;
    this.transceiver = transceiver;
    this.options = options;
    this.source = source;
    this.name = name;
    this.muted = muted;
    this.track = track;
    this.#adopt(track);
  }

  /** `audio` or `video`. */
  get kind() {
    return /** @type {'audio'|'video'} */ (this.track.kind);
  }

  /** @param {MediaStreamTrack} track */
  #adopt(track) {
    this.track = track;
    track.enabled = !this.muted;
    track.addEventListener('ended', () => {
      if (track === this.track && !this.#isLetGo) this.emit('ended', { publication: this });
    });
  }

  /** Whether the device was given back because this is muted. */
  #isLetGo = false;

  /** Sends another track of the same kind in its place; nobody has to be told. @param {MediaStreamTrack} track */
  async replaceTrack(track) {
    if (track.kind !== this.kind) throw new MediaError('wrong_kind', `${track.kind} cannot take the place of ${this.kind}`);
    this.#isLetGo = false;
    await this.#send(track);
    this.#adopt(track);
    this.emit('track', { track });
  }

  /** @param {MediaStreamTrack|null} track */
  async #send(track) {
    await this.transceiver.sender.replaceTrack(track);
    await this.backup?.transceiver.sender.replaceTrack(track);
  }

  /** Takes another camera or microphone. @param {string} deviceId */
  async setDevice(deviceId) {
    this.options = { ...this.options, deviceId };
    if (this.#isLetGo) return;
    const before = this.track;
    await this.replaceTrack(await this.#open());
    this.isOpened = true;
    before.stop();
  }

  #open() {
    return this.kind === 'video' ? openCamera(this.options) : openMicrophone(this.options);
  }

  /**
   * Silences or unsilences it for everybody.
   * @param {boolean} [muted]
   * @throws {import('./errors.js').DeviceError} when the device, given back while muted, cannot be had again
   */
  async mute(muted = true) {
    await this.#apply(muted, 'you');
    await this.publisher.signalling.request({ type: 'mute', publication: this.id, muted });
  }

  /** Unsilences it. */
  unmute() {
    return this.mute(false);
  }

  /** A moderator has silenced it, or a token no longer allows it. For this library's own use. @param {boolean} muted */
  handleMuted(muted) {
    return muted === this.muted ? Promise.resolve() : this.#apply(muted, 'moderator');
  }

  /** @param {boolean} muted @param {'you'|'moderator'} by */
  async #apply(muted, by) {
    const changes = muted !== this.muted;
    if (!muted && this.#isLetGo) {
      const track = await this.#open();
      this.isOpened = true;
      this.muted = false;
      await this.replaceTrack(track);
    }
    this.muted = muted;
    this.track.enabled = !muted;
    if (muted && this.options.stopOnMute && !this.#isLetGo) {
      this.#isLetGo = true;
      await this.#send(null);
      this.track.stop();
    }
    if (changes) this.emit('muted', { muted, by });
  }

  /** What is sent of it. @returns {Promise<import('./stats.js').LocalStats>} */
  stats() {
    return localStats(this);
  }

  /** Stops publishing it. A track that this library opened is stopped; one that was given goes on. */
  async unpublish() {
    if (this.isOpened) this.track.stop();
    await this.publisher.remove(this);
    this.emit('unpublished', { why: null });
  }

  /** The server ended it. For this library's own use. @param {string} why */
  handleRemoved(why) {
    if (this.isOpened) this.track.stop();
    this.publisher.forget(this);
    this.emit('unpublished', { why });
  }
}
