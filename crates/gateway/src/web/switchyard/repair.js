// @ts-check
/** A peer connection that is repaired when it fails. */

import { MediaError } from './errors.js';
import { Pulse } from './pulse.js';
import { connect } from './unbound.js';

/** How often a connection that does not work is repaired before that is called an error. */
const MAX_REPAIRS = 4;

/** After a change of network is looked again whether anything comes: longer than what came before it counts. */
const SECOND_LOOK_MS = 700;

/**
 * @typedef {'publish'|'subscribe'} Way
 * @typedef {object} Remedy
 * @property {() => Promise<unknown>} restart new ICE credentials for the connection there is
 * @property {() => Promise<unknown>} renew a new connection
 * @property {(state: RTCPeerConnectionState) => void} onState
 * @property {() => void} onSilent what came all the time comes no more
 * @property {(error: unknown) => void} onError
 */

export class Repair {
  #count = 0;
  /** @type {RTCPeerConnection|null} */
  #pc = null;
  /** @type {Pulse|null} */
  #pulse = null;
  /** When the latest repair began. */
  #began = 0;
  #isRestarting = false;

  /** @param {Way} way @param {RTCConfiguration|undefined} rtc @param {Remedy} remedy */
  constructor(way, rtc, remedy) {
    this.way = way;
    this.rtc = rtc;
    this.remedy = remedy;
  }

  /** A new connection, looked after from now on in place of the one before. */
  connect() {
    const pc = connect({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', ...this.rtc });
    this.#pc = pc;
    this.#pulse = new Pulse(pc, () => pc === this.#pc && this.remedy.onSilent());
    pc.addEventListener('connectionstatechange', () => {
      if (pc !== this.#pc) return;
      if (pc.connectionState === 'connected') this.#count = 0;
      this.remedy.onState(pc.connectionState);
      if (pc.connectionState === 'failed' || pc.connectionState === 'disconnected') this.#mend('restart');
    });
    return pc;
  }

  /** The network has changed: does not wait until the connection is seen to have failed, if nothing comes over it. */
  handleNetworkChange(isSecondLook = false) {
    const state = this.#pc?.connectionState ?? 'closed';
    if (['new', 'connecting', 'closed'].includes(state)) return;
    if (!this.#pulse?.isAlive) this.#mend('restart');
    // What was heard may have been the last from the old network.
    else if (!isSecondLook) setTimeout(() => this.handleNetworkChange(true), SECOND_LOOK_MS);
  }

  /** The server has given the connection up. */
  handleGone() {
    this.#mend('renew');
  }

  /** @param {'restart'|'renew'} how */
  async #mend(how) {
    if (how === 'restart' && this.#isRestarting) return;
    if (this.#pulse && this.#pulse.heard > this.#began) this.#count = 0;
    this.#began = performance.now();
    if (this.#count++ >= MAX_REPAIRS) {
      this.remedy.onError(new MediaError(`${this.way}_failed`, `the ${this.way} connection cannot be established`));
      return;
    }
    this.#isRestarting = how === 'restart';
    await this.remedy[how]().catch((error) => this.remedy.onError(error));
    this.#isRestarting = false;
  }
}
