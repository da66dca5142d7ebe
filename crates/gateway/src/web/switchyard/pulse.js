// @ts-check
/**
 * Whether anything still comes over a peer connection. Browsers say so themselves only after five seconds or more: a
 * machine that has changed its network is long silent by then.
 */

/** How often is looked. */
const PERIOD_MS = 200;

/** Looks without a packet, after as many with one, from which on something seems to be wrong. */
const LOOKS = 2;

/** Looks with a packet, one after the other, after which a packet is expected in each that follows. */
const STEADY = 5;

/** A look that comes this late was held up, and what it finds says nothing of the time before. */
const HELD_UP_MS = 5 * PERIOD_MS;

/** Receivers that are asked for a sign before the statistics of the whole connection are. */
const MAX_ASKED = 8;

export class Pulse {
  /** When a packet last came, as far as is known. */
  #heard = 0;
  #looked = performance.now();
  #steady = 0;
  #missed = 0;
  /** @type {number|undefined} what was counted at the latest look, if anything was */
  #count;
  /** The latest sound or picture of some receivers. */
  #marks = '';
  #isBusy = false;

  /** @param {RTCPeerConnection} pc @param {() => void} onSilent called when what came all the time comes no more */
  constructor(pc, onSilent) {
    this.pc = pc;
    this.onSilent = onSilent;
    this.timer = setInterval(() => this.#look(), PERIOD_MS);
  }

  /** When a packet last came, by `performance.now()`. */
  get heard() {
    return this.#heard;
  }

  /** Whether a packet came just now. */
  get isAlive() {
    return performance.now() - this.#heard < (LOOKS + 1) * PERIOD_MS;
  }

  async #look() {
    if (this.pc.connectionState === 'closed') return clearInterval(this.timer);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      const hasMark = this.#hasNewMark();
      if (hasMark) this.#count = undefined;
      this.#judge(hasMark || await this.#hasNewPacket());
    } finally {
      this.#isBusy = false;
    }
  }

  /** @param {boolean|undefined} isHeard since the latest look, if that is known */
  #judge(isHeard) {
    const now = performance.now();
    const isHeldUp = now - this.#looked > HELD_UP_MS;
    this.#looked = now;
    if (isHeard) {
      this.#heard = now;
      this.#missed = 0;
      this.#steady = Math.min(this.#steady + 1, STEADY);
    } else if (isHeldUp || this.#steady < STEADY) {
      if (isHeldUp || isHeard === false) this.#steady = 0;
    } else {
      this.#missed += 1;
      if (this.#missed === LOOKS) this.onSilent();
      if (this.#missed === LOOKS) this.#steady = 0;
    }
  }

  /** Whether one of the receivers has played something new: costs next to nothing to ask. */
  #hasNewMark() {
    const receivers = this.pc.getReceivers().filter(({ track }) => !track.muted).slice(0, MAX_ASKED);
    const marks = receivers.map((receiver) => receiver.getSynchronizationSources?.().map(({ rtpTimestamp }) => rtpTimestamp).join()).join(';');
    const isNew = marks !== this.#marks;
    this.#marks = marks;
    return isNew;
  }

  /** Whether anything has come at all, be it no more than a word on what was sent. */
  async #hasNewPacket() {
    const [some] = this.pc.getTransceivers();
    const end = some && (this.pc.getSenders().find(({ track }) => track) ?? some.receiver);
    const report = await end?.getStats().catch(() => undefined);
    let count = 0;
    report?.forEach((entry) => {
      if (entry.type === 'candidate-pair') count += entry.packetsReceived ?? entry.bytesReceived ?? 0;
    });
    const before = this.#count;
    this.#count = count;
    return before === undefined ? undefined : count > before;
  }
}
