// @ts-check
/** The connection on which the server offers and this client receives. */

import { answerStereo } from './codecs.js';
import { MediaError } from './errors.js';

/** @typedef {import('./messages.js').Offer} Offer */

export class Subscriber {
  /** @type {RTCPeerConnection|null} made when the server offers something */
  pc = null;
  /** @type {Map<string, number>} which publication an m-line carries */
  #carries = new Map();
  #latest = 0;
  /** @type {Promise<void>} the answer that is under way */
  #last = Promise.resolve();

  /**
   * @param {import('./signalling.js').Signalling} signalling
   * @param {() => RTCPeerConnection} connect
   * @param {(publication: number, transceiver: RTCRtpTransceiver|null) => void} onCarried called when an
   *   m-line begins to carry a publication, and with null when it carries it no longer
   * @param {(error: unknown) => void} onError
   */
  constructor(signalling, connect, onCarried, onError) {
    this.signalling = signalling;
    this.connect = connect;
    this.onCarried = onCarried;
    this.onError = onError;
  }

  /** Answers an offer, after those before it. @param {Offer} offer */
  handleOffer(offer) {
    this.#latest = offer.offer;
    this.#last = this.#last.then(() => this.#answer(offer)).catch(this.onError);
  }

  /** Begins again on a new connection, when the server has given up the old one. */
  async renew() {
    await this.reset();
    await this.signalling.request({ type: 'restart_ice' });
  }

  /** Forgets the connection, after the answer that is under way: the next offer begins a new one. */
  reset() {
    this.#latest = 0;
    this.#last = this.#last.then(() => {
      const carried = this.#carries;
      this.#carries = new Map();
      carried.forEach((publication) => this.onCarried(publication, null));
      this.pc?.close();
      this.pc = null;
    });
    return this.#last;
  }

  /** @param {Offer} offered */
  async #answer({ offer, sdp, subscriptions }) {
    // A newer one is already here and says all that this one says.
    if (offer !== this.#latest) return;
    this.pc ??= this.connect();
    const { pc } = this;
    let answer;
    try {
      await pc.setRemoteDescription({ type: 'offer', sdp });
      answer = await pc.createAnswer();
      answer.sdp = answerStereo(sdp, answer.sdp ?? '');
      await pc.setLocalDescription(answer);
    } catch (cause) {
      throw new MediaError('bad_offer', 'the browser could not use what the server offers', { cause });
    }
    const answered = this.signalling.request({ type: 'answer', offer, sdp: answer.sdp });
    this.#tell(pc, new Map(subscriptions.map(({ mid, publication }) => [mid, publication])));
    await answered.catch((error) => {
      // A newer offer is on its way, or the session began anew: either says all over again what is carried.
      if (error.code !== 'stale_answer' && error.code !== 'connection_lost') throw error;
    });
  }

  /** @param {RTCPeerConnection} pc @param {Map<string, number>} carries */
  #tell(pc, carries) {
    const before = this.#carries;
    this.#carries = carries;
    for (const [mid, publication] of before) {
      if (carries.get(mid) !== publication) this.onCarried(publication, null);
    }
    for (const transceiver of pc.getTransceivers()) {
      const publication = carries.get(transceiver.mid ?? '');
      if (publication !== undefined && before.get(transceiver.mid ?? '') !== publication) {
        this.onCarried(publication, transceiver);
      }
    }
  }
}
