// @ts-check
/**
 * The connection on which this client offers and sends.
 *
 * @typedef {'camera'|'microphone'|'screen'|'screen_audio'|'unknown'} Source
 * @typedef {{track: MediaStreamTrack, source?: Source, name?: string, muted?: boolean,
 *   simulcast?: boolean, maxBitrate?: number}} PublishOptions
 */

import { RefusedError } from './errors.js';

/** From how many pixels on which bitrate suits a picture, in bits per second. */
const BITRATES = [
  [1920 * 1080, 5_000_000],
  [1280 * 720, 2_500_000],
  [960 * 540, 1_200_000],
  [640 * 360, 500_000],
  [480 * 270, 350_000],
  [0, 150_000],
];

/** Opus sounds as good as it gets for speech from here on. */
const AUDIO_BITRATE = 64_000;

/**
 * What to send of a picture. Browsers drop the largest layers of small pictures, so no more layers are
 * asked for than will be sent: three from 960×540 on, two from 480×270 on.
 * @param {PublishOptions} options @returns {RTCRtpEncodingParameters[]}
 */
function videoEncodings({ track, source, simulcast = source !== 'screen', maxBitrate = Infinity }) {
  const { width = 1280, height = 720 } = track.getSettings();
  const pixels = width * height;
  const bitrate = (/** @type {number} */ scale) => {
    const suited = BITRATES.find(([least]) => pixels / scale ** 2 >= least)?.[1] ?? Infinity;
    return Math.min(suited, maxBitrate);
  };
  const count = pixels >= 960 * 540 ? 3 : pixels >= 480 * 270 ? 2 : 1;
  if (!simulcast || count === 1) return [{ maxBitrate: bitrate(1) }];
  const layers = /** @type {[string, number][]} */ ([['q', 4], ['h', 2], ['f', 1]]).slice(-count);
  return layers.map(([rid, scale]) => ({
    rid,
    scaleResolutionDownBy: scale,
    maxBitrate: bitrate(scale),
  }));
}

/** Puts VP8 first where the browser lets us. @param {RTCRtpTransceiver} transceiver */
function preferVp8(transceiver) {
  const codecs = globalThis.RTCRtpReceiver?.getCapabilities?.('video')?.codecs ?? [];
  const isVp8 = (/** @type {{mimeType: string}} */ { mimeType }) => mimeType.toLowerCase() === 'video/vp8';
  try {
    transceiver.setCodecPreferences?.([...codecs.filter(isVp8), ...codecs.filter((codec) => !isVp8(codec))]);
  } catch {
    // The browser's own order stays, and the server chooses.
  }
}

/** A track that this client publishes. */
export class LocalPublication {
  /** @type {number|null} its number, once the server has accepted it */
  id = null;
  /** @type {RefusedError|null} why the server did not */
  refused = null;

  /**
   * @param {Publisher} publisher @param {RTCRtpTransceiver} transceiver @param {PublishOptions} options
   */
  constructor(publisher, transceiver, options) {
    const { track, source = 'unknown', name, muted = false } = options;
    this.publisher = publisher;
    this.transceiver = transceiver;
    this.options = options;
    this.track = track;
    this.source = source;
    this.name = name;
    this.muted = muted;
    track.enabled = !muted;
  }

  /**
   * Sends another track of the same kind in its place; nobody has to be told.
   * @param {MediaStreamTrack} track
   */
  async replaceTrack(track) {
    await this.transceiver.sender.replaceTrack(track);
    track.enabled = !this.muted;
    this.track = track;
  }

  /** Silences or unsilences it for everybody. @param {boolean} [muted] */
  async mute(muted = true) {
    this.muted = muted;
    this.track.enabled = !muted;
    await this.publisher.signalling.request({ type: 'mute', publication: this.id, muted });
  }

  /** Stops publishing it. The track itself goes on: stop it when nobody needs it any more. */
  unpublish() {
    return this.publisher.remove(this);
  }
}

export class Publisher {
  /** @type {Set<LocalPublication>} */
  publications = new Set();
  /** @type {RTCPeerConnection|null} made when there is something to send */
  pc = null;
  /** @type {WeakMap<RTCRtpTransceiver, string>} the encodings that an m-line was made with */
  #madeFor = new WeakMap();
  /** @type {Promise<void>|null} an offer that has not begun yet */
  #next = null;
  /** @type {Promise<void>} the latest offer */
  #last = Promise.resolve();

  /** @param {import('./signalling.js').Signalling} signalling @param {() => RTCPeerConnection} connect */
  constructor(signalling, connect) {
    this.signalling = signalling;
    this.connect = connect;
  }

  /** @param {PublishOptions} options @returns {Promise<LocalPublication>} once the server has accepted it */
  async add(options) {
    const { track, source } = options;
    if (source === 'screen' && !track.contentHint) track.contentHint = 'detail';
    const publication = new LocalPublication(this, this.#transceiver(options), options);
    this.publications.add(publication);
    try {
      const { sender } = publication.transceiver;
      if (sender.track !== track) await sender.replaceTrack(track);
      await this.negotiate();
    } catch (error) {
      this.#forget(publication);
      throw error;
    }
    if (publication.id === null) {
      this.#forget(publication);
      throw publication.refused ?? new RefusedError('not_accepted', 'the server did not accept the track');
    }
    return publication;
  }

  /** @param {LocalPublication} publication */
  async remove(publication) {
    if (!this.publications.has(publication)) return;
    this.#forget(publication);
    await publication.transceiver.sender.replaceTrack(null);
    await this.signalling.request({ type: 'unpublish', publication: publication.id });
    await this.negotiate();
  }

  /** Begins again on a new connection, when the server has given up the old one. */
  renew() {
    this.pc?.close();
    this.pc = null;
    if (!this.publications.size) return Promise.resolve();
    for (const publication of this.publications) {
      const { options, track } = publication;
      publication.transceiver = this.#transceiver({ ...options, track });
    }
    return this.negotiate();
  }

  /** Offers anew, after the offer that is under way. Those who call before it begins share one offer. */
  negotiate({ iceRestart = false } = {}) {
    if (iceRestart) this.pc?.restartIce();
    this.#next ??= this.#last
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.#offer();
      });
    this.#last = this.#next;
    return this.#next;
  }

  async #offer() {
    const pc = /** @type {RTCPeerConnection} */ (this.pc);
    const offer = await pc.createOffer();
    await pc.setLocalDescription(offer);
    const publications = [...this.publications];
    const tracks = publications.map(({ transceiver: { mid }, source, name, muted }) => ({ mid, source, name, muted }));
    try {
      // Candidates are not waited for: the server learns our addresses from the checks we send.
      const answer = await this.signalling.request({ type: 'offer', sdp: offer.sdp, tracks });
      await pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
      for (const publication of publications) {
        const { mid } = publication.transceiver;
        const outcome = answer.publications.find((/** @type {{mid: string}} */ line) => line.mid === mid);
        publication.id = outcome?.publication ?? null;
        const { code, message } = outcome?.refused ?? {};
        publication.refused = code ? new RefusedError(code, message) : null;
      }
    } catch (error) {
      if (pc.signalingState === 'have-local-offer') await pc.setLocalDescription({ type: 'rollback' });
      throw error;
    }
  }

  /**
   * An m-line for a track: one that is free again and was made for the same encodings, so that
   * descriptions do not grow without end, or else a new one.
   * @param {PublishOptions} options
   */
  #transceiver(options) {
    const { track } = options;
    this.pc ??= this.connect();
    const encodings =
      track.kind === 'video' ? videoEncodings(options) : [{ maxBitrate: options.maxBitrate ?? AUDIO_BITRATE }];
    const purpose = JSON.stringify([track.kind, encodings]);
    const used = new Set([...this.publications].map(({ transceiver }) => transceiver));
    const free = this.pc
      .getTransceivers()
      .find((transceiver) => !used.has(transceiver) && this.#madeFor.get(transceiver) === purpose);
    if (free) {
      free.direction = 'sendonly';
      return free;
    }
    const added = this.pc.addTransceiver(track, { direction: 'sendonly', sendEncodings: encodings });
    this.#madeFor.set(added, purpose);
    if (track.kind === 'video') preferVp8(added);
    return added;
  }

  /** @param {LocalPublication} publication */
  #forget(publication) {
    this.publications.delete(publication);
    if (this.pc?.signalingState !== 'closed') publication.transceiver.direction = 'inactive';
  }
}
