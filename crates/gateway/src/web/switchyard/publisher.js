// @ts-check
/** The connection on which this client offers and sends. */

import { canSend, codecFor, preferCodec, tuneOpus } from './codecs.js';
import { changeEncodings, encodingsOf } from './encodings.js';
import { ConnectionLostError, RefusedError, faultError } from './errors.js';
import { LocalPublication } from './local_publication.js';

/** M-lines that wait for another track to carry. Those beyond are given up, and browsers put others in their place. */
const MAX_IDLE = 6;

/**
 * @typedef {import('./local_publication.js').PublishOptions} PublishOptions
 * @typedef {{mid: string, publication?: number, refused?: import('./messages.js').Fault}} Outcome
 */

export class Publisher {
  /** @type {Set<LocalPublication>} */
  publications = new Set();
  /** @type {import('./messages.js').Codecs|null} what the room takes, once that is known */
  codecs = null;
  /** @type {RTCPeerConnection|null} made when there is something to send */
  pc = null;
  /** @type {Map<RTCRtpTransceiver, string>} what can never change of an m-line; who was idle longest comes first */
  #madeFor = new Map();
  /** @type {WeakMap<RTCRtpTransceiver, Promise<void>>} m-lines that are about to send in another way */
  #changing = new WeakMap();
  /** @type {Promise<void>|null} an offer that has not begun yet */
  #next = null;
  /** @type {Promise<void>} the latest offer */
  #last = Promise.resolve();
  /** @type {{promise: Promise<void>, resolve: () => void}|null} the new session that offers wait for */
  #renewal = null;

  /** @param {import('./signalling.js').Signalling} signalling @param {() => RTCPeerConnection} connect */
  constructor(signalling, connect) {
    this.signalling = signalling;
    this.connect = connect;
  }

  /**
   * @param {MediaStreamTrack} track @param {PublishOptions} options
   * @returns {Promise<LocalPublication>} once the server has accepted it
   */
  async add(track, options) {
    const { source, contentHint = source === 'screen' && track.kind === 'video' ? 'detail' : undefined } = options;
    if (contentHint && !track.contentHint) track.contentHint = contentHint;
    const publication = new LocalPublication(this, this.#transceiver(track, options), track, options);
    this.publications.add(publication);
    try {
      const { sender } = publication.transceiver;
      await this.#changing.get(publication.transceiver);
      if (sender.track !== track) await sender.replaceTrack(track);
      await this.negotiate();
      if (publication.id === null) {
        throw publication.refused ?? new RefusedError('not_accepted', 'the server did not accept the track');
      }
    } catch (error) {
      this.forget(publication);
      throw error;
    }
    return publication;
  }

  /** @param {LocalPublication} publication */
  async remove(publication) {
    if (!this.publications.has(publication)) return;
    this.forget(publication);
    await publication.transceiver.sender.replaceTrack(null);
    await this.signalling.request({ type: 'unpublish', publication: publication.id });
    await this.negotiate();
  }

  /** It is published no longer. @param {LocalPublication} publication */
  forget(publication) {
    this.publications.delete(publication);
    if (!this.pc || this.pc.signalingState === 'closed') return;
    this.#release(publication.transceiver);
    if (publication.backup) this.#release(publication.backup.transceiver);
    publication.backup = null;
  }

  /** An m-line is free. @param {RTCRtpTransceiver} transceiver */
  #release(transceiver) {
    const purpose = this.#madeFor.get(transceiver);
    if (purpose === undefined) return;
    transceiver.direction = 'inactive';
    this.#madeFor.delete(transceiver);
    this.#madeFor.set(transceiver, purpose);
    // The first carries what they all have in common.
    const [first] = this.pc?.getTransceivers() ?? [];
    const idle = this.#idle().filter((one) => one !== first);
    for (const one of idle.slice(0, Math.max(0, idle.length - MAX_IDLE))) {
      this.#madeFor.delete(one);
      one.stop();
    }
  }

  /** M-lines that carry nothing. */
  #idle() {
    const used = new Set([...this.publications].flatMap(({ transceiver, backup }) => [transceiver, backup?.transceiver]));
    return [...this.#madeFor.keys()].filter((transceiver) => !used.has(transceiver));
  }

  /** Somebody cannot decode a publication: sends it in another codec as well. @param {number} id @param {string[]} codecs */
  async addBackup(id, codecs) {
    const publication = [...this.publications].find((one) => one.id === id);
    const codec = codecs.find(canSend);
    if (!publication || !codec || publication.backup) return;
    const { options, track } = publication;
    publication.backup = { transceiver: this.#transceiver(track, options, codec), id: null };
    await this.#changing.get(publication.backup.transceiver);
    await publication.backup.transceiver.sender.replaceTrack(publication.transceiver.sender.track);
    await this.negotiate();
  }

  /** The session is lost: nothing is offered any more before a new one has begun, and `renew` has been called. */
  handleLost() {
    let resolve = () => {};
    const promise = new Promise((/** @type {(value?: undefined) => void} */ done) => (resolve = done));
    this.#renewal ??= { promise, resolve };
    this.pc?.close();
    this.pc = null;
  }

  /** The session is over: whatever waits for a new one waits in vain. */
  handleEnd() {
    this.#renewal?.resolve();
    this.pc?.close();
  }

  /** Begins again on a new connection, when the server has given up the old one. */
  renew() {
    this.#renewal?.resolve();
    this.#renewal = null;
    this.pc?.close();
    this.pc = null;
    if (!this.publications.size) return Promise.resolve();
    for (const publication of this.publications) {
      const sent = publication.transceiver.sender.track;
      publication.transceiver = this.#transceiver(publication.track, publication.options);
      publication.backup = null;
      if (!sent) publication.transceiver.sender.replaceTrack(null);
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

  /** @returns {Promise<void>} */
  async #offer() {
    await this.#renewal?.promise;
    if (this.signalling.isOver) throw new ConnectionLostError('connection_lost', 'the session is over');
    const { pc } = this;
    if (!pc) return;
    try {
      await this.#exchange(pc);
    } catch (error) {
      if (pc.signalingState === 'have-local-offer') await pc.setLocalDescription({ type: 'rollback' });
      if (!(error instanceof ConnectionLostError) && pc === this.pc) throw error;
      // The connection was lost, or took the place of another, in mid-offer: what is to be said now?
      await (this.#renewal?.promise ?? this.signalling.ready());
      if (this.signalling.isOver) throw error;
      return this.#offer();
    }
  }

  /** @param {RTCPeerConnection} pc */
  async #exchange(pc) {
    const offer = await pc.createOffer();
    await pc.setLocalDescription(offer);
    const publications = [...this.publications];
    // Candidates are not waited for: the server learns our addresses from the checks we send.
    const answer = await this.signalling.request({ type: 'offer', sdp: offer.sdp, tracks: tracksOf(publications) });
    const wishes = new Map(publications.map(({ transceiver, options, source }) =>
      [transceiver.mid, { stereo: options.stereo, dtx: options.dtx ?? (source === 'microphone' || undefined) }]));
    await pc.setRemoteDescription({ type: 'answer', sdp: tuneOpus(answer.sdp, wishes) });
    publications.forEach((publication) => note(publication, answer.publications));
  }

  /**
   * An m-line for a track: one that is free again and can send it, so that descriptions do not grow without
   * end, or else a new one.
   * @param {MediaStreamTrack} track @param {PublishOptions} options
   */
  #transceiver(track, options, codec = codecFor(this.codecs, options.codec)) {
    if (!this.pc) this.#madeFor.clear();
    this.pc ??= this.connect();
    const encodings = encodingsOf(track, { ...options, codec: /** @type {PublishOptions['codec']} */ (codec) });
    // Browsers change all else of an encoding, but neither how many there are nor what they are called.
    const purpose = JSON.stringify([track.kind, encodings.map(({ rid }) => rid), track.kind === 'video' && codec]);
    const free = this.#idle().find((transceiver) => this.#madeFor.get(transceiver) === purpose);
    if (free) {
      free.direction = 'sendonly';
      this.#changing.set(free, changeEncodings(free.sender, encodings));
      return free;
    }
    const added = this.pc.addTransceiver(track, { direction: 'sendonly', sendEncodings: encodings });
    this.#madeFor.set(added, purpose);
    if (track.kind === 'video') preferCodec(added, codec);
    return added;
  }
}

/** @param {LocalPublication[]} publications */
function tracksOf(publications) {
  return publications.flatMap(({ id, transceiver: { mid }, backup, source, name, muted }) => {
    const track = { mid, source, name, muted };
    return backup ? [track, { mid: backup.transceiver.mid, source, name, muted, backup_of: id }] : [track];
  });
}

/** What the server says of a publication. @param {LocalPublication} publication @param {Outcome[]} outcomes */
function note(publication, outcomes) {
  const outcomeOf = (/** @type {RTCRtpTransceiver} */ { mid }) => outcomes.find((line) => line.mid === mid);
  const outcome = outcomeOf(publication.transceiver);
  publication.id = outcome?.publication ?? null;
  publication.refused = outcome?.refused ? faultError({ type: 'refused', field: publication.source, ...outcome.refused }) : null;
  if (publication.backup) publication.backup.id = outcomeOf(publication.backup.transceiver)?.publication ?? null;
}
