// @ts-check
/**
 * The client library of Switchyard: publish tracks into a room and receive those of the others.
 *
 *     import { join } from '/switchyard.js';
 *
 *     const room = await join({ room: 'lab', identity: 'ada', publish: [{ track, source: 'camera' }] });
 *     room.addEventListener('track', ({ detail }) => show(detail.participant, detail.track));
 *
 * It speaks the dialect described in docs/protocol/native.md over one WebSocket and two peer connections.
 *
 * @typedef {import('./switchyard/publisher.js').PublishOptions} PublishOptions
 * @typedef {{url?: string|URL, room?: string, identity?: string, token?: string, name?: string,
 *   autoSubscribe?: boolean, publish?: PublishOptions[], rtc?: RTCConfiguration,
 *   timeout?: number}} JoinOptions `timeout` is in milliseconds
 * @typedef {{layer: number, encoding: number, live: boolean, width?: number, height?: number,
 *   bits_per_second: number}} Layer
 * @typedef {{layer: number|null, encoding: number|null, target_encoding: number|null,
 *   limited_by: string, why: string}} Decision
 * @typedef {{id: number, identity: string, kind: 'audio'|'video', source: string, name?: string,
 *   muted: boolean, encodings: number, layers: Layer[], track: MediaStreamTrack|null,
 *   decision: Decision|null}} RemotePublication
 * @typedef {{identity: string, name?: string, publications: Map<number, RemotePublication>}} Participant
 */

import { EndedError, MediaError, SwitchyardError } from './switchyard/errors.js';
import { LocalPublication, Publisher } from './switchyard/publisher.js';
import { Signalling, connectUrl } from './switchyard/signalling.js';
import { Subscriber } from './switchyard/subscriber.js';

export * from './switchyard/errors.js';
export { LocalPublication };

/** How often a connection that does not work is repaired before it is given up. */
const MAX_REPAIRS = 3;

/**
 * Joins a room. Tracks to publish are offered right behind the join, without waiting for its answer.
 *
 * @param {string|URL|JoinOptions} options the URL of the connection with its query, or options
 * @returns {Promise<Room>} once this participant is in the room
 */
export async function join(options) {
  const room = new Room(typeof options === 'string' || options instanceof URL ? { url: options } : options);
  await room.joined;
  return room;
}

/**
 * A room that this client is in, or is about to enter.
 *
 * Events, each with its facts in `detail`: `participant-joined`, `participant-left` (`participant`);
 * `publication-added`, `publication-removed`, `publication-muted`, `publication-layers`,
 * `subscription-changed` (`participant`, `publication`); `track`, `track-removed` (`participant`,
 * `publication`, `track`, with `transceiver` when it is added); `connection-changed` (`connection`, `state`,
 * `reason`); `error` (`error`); `ended` (`error`, whose `code` is the reason).
 */
export class Room extends EventTarget {
  /** @type {Map<string, Participant>} the others */
  participants = new Map();
  /** @type {string|null} */
  identity = null;
  /** @type {string|null} */
  name = null;
  /** @type {'joining'|'joined'|'ended'} */
  state = 'joining';
  /** @type {Map<number, RTCRtpTransceiver>} carried by an m-line before we heard of their publication */
  #early = new Map();
  #repairs = { publish: 0, subscribe: 0 };

  /** @param {JoinOptions} options */
  constructor({ rtc, publish = [], autoSubscribe = true, name, timeout = 15_000, ...target }) {
    super();
    const connect = (/** @type {'publish'|'subscribe'} */ way) => () => this.#connect(way, rtc);
    this.signalling = new Signalling(
      connectUrl(target),
      (message) => this.#on(message),
      (error) => this.#end(error),
    );
    this.publisher = new Publisher(this.signalling, connect('publish'));
    this.subscriber = new Subscriber(
      this.signalling,
      connect('subscribe'),
      (publication, transceiver) => this.#carried(publication, transceiver),
      (error) => this.#fail(error),
    );
    const answer = this.signalling.request({ type: 'join', auto_subscribe: autoSubscribe, name });
    const tooLong = setTimeout(() => this.#giveUp(new EndedError('timeout', 'joining took too long')), timeout);
    /** @type {Promise<void>} resolves when this participant is in the room */
    this.joined = answer.then(() => {}).finally(() => clearTimeout(tooLong));
    this.joined.catch((error) => this.#giveUp(error));
    /** @type {Promise<PromiseSettledResult<LocalPublication>[]>} what became of the tracks to publish */
    this.published = Promise.allSettled(publish.map((options) => this.publish(options)));
    this.published.then((all) => {
      all.forEach((one) => one.status === 'rejected' && this.state !== 'ended' && this.#fail(one.reason));
    });
  }

  /** What this client publishes. */
  get publications() {
    return [...this.publisher.publications];
  }

  /**
   * Publishes a track.
   * @param {MediaStreamTrack|PublishOptions} track @param {Omit<PublishOptions, 'track'>} [options]
   */
  publish(track, options = {}) {
    return this.publisher.add(track instanceof MediaStreamTrack ? { ...options, track } : track);
  }

  /** @param {LocalPublication} publication */
  unpublish(publication) {
    return publication.unpublish();
  }

  /** @param {LocalPublication} publication @param {boolean} [muted] */
  mute(publication, muted = true) {
    return publication.mute(muted);
  }

  /** Receives a publication. @param {RemotePublication|number} publication */
  subscribe(publication) {
    return this.#request('subscribe', publication);
  }

  /** Receives it no longer. @param {RemotePublication|number} publication */
  unsubscribe(publication) {
    return this.#request('unsubscribe', publication);
  }

  /**
   * Chooses the highest layer wanted: 0 is the smallest picture, null takes any.
   * @param {RemotePublication|number} publication @param {number|null} layer
   */
  setMaxLayer(publication, layer) {
    return this.#request('set_max_layer', publication, { layer });
  }

  /** Pauses or resumes it for this client alone. @param {RemotePublication|number} publication */
  pause(publication, paused = true) {
    return this.#request('pause', publication, { paused });
  }

  /** The time a message takes to the server and back, in milliseconds. */
  async ping() {
    const begin = performance.now();
    await this.signalling.request({ type: 'ping' });
    return performance.now() - begin;
  }

  /** What the browser knows about both connections; null for one that does not exist. */
  async stats() {
    const [publish, subscribe] = await Promise.all([
      this.publisher.pc?.getStats() ?? null,
      this.subscriber.pc?.getStats() ?? null,
    ]);
    return { publish, subscribe };
  }

  /** Goes away. Resolves when the server has confirmed, or after two seconds without. */
  async leave() {
    const patience = new Promise((resolve) => setTimeout(resolve, 2_000));
    await Promise.race([this.signalling.request({ type: 'leave' }).catch(() => {}), patience]);
    this.#giveUp(new EndedError('left', 'you left'));
  }

  /** @param {string} type @param {RemotePublication|number} publication @param {object} [fields] */
  async #request(type, publication, fields) {
    const id = typeof publication === 'number' ? publication : publication.id;
    await this.signalling.request({ type, publication: id, ...fields });
  }

  /** @param {'publish'|'subscribe'} way @param {RTCConfiguration} [rtc] */
  #connect(way, rtc) {
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require', ...rtc });
    pc.addEventListener('connectionstatechange', () => {
      if (pc.connectionState === 'connected') this.#repairs[way] = 0;
      if (pc.connectionState === 'failed') this.#repair(way, false);
      this.#emit('connection-changed', { connection: way, state: pc.connectionState, reason: null });
    });
    return pc;
  }

  /**
   * Gives a connection new ICE credentials, or replaces it when the server has given it up.
   * @param {'publish'|'subscribe'} way @param {boolean} isGone
   */
  #repair(way, isGone) {
    if (this.state === 'ended') return;
    if (this.#repairs[way]++ >= MAX_REPAIRS) {
      return this.#fail(new MediaError(`${way}_failed`, `the ${way} connection cannot be established`));
    }
    const restart = () =>
      way === 'publish'
        ? this.publisher.negotiate({ iceRestart: true })
        : this.signalling.request({ type: 'restart_ice' });
    const renew = () => (way === 'publish' ? this.publisher.renew() : this.subscriber.renew());
    (isGone ? renew() : restart()).catch((/** @type {unknown} */ error) => this.#fail(error));
  }

  /** @param {any} message */
  #on(message) {
    switch (message.type) {
      case 'joined':
        this.state = 'joined';
        this.identity = message.identity;
        this.name = message.room;
        return message.participants.forEach((/** @type {any} */ one) => this.#enter(one));
      case 'participant_joined':
        return this.#enter(message.participant);
      case 'participant_left':
        return this.#leave(message.identity);
      case 'publication_added':
        return this.#add(message.identity, message.publication);
      case 'publication_removed':
        return this.#remove(message.publication);
      case 'publication_muted':
        return this.#change('publication-muted', message.publication, { muted: message.muted });
      case 'publication_layers':
        return this.#change('publication-layers', message.publication, { layers: message.layers });
      case 'subscription_changed': {
        const { type, publication, ...decision } = message;
        return this.#change('subscription-changed', publication, { decision });
      }
      case 'connection_changed':
        if (message.state === 'ended') this.#repair(message.connection, true);
        return this.#emit('connection-changed', message);
      case 'offer':
        return this.subscriber.handleOffer(message);
      case 'error':
        return console.warn('switchyard: the server did not understand a message:', message.message);
    }
  }

  /** @param {{identity: string, name?: string, publications: any[]}} told */
  #enter({ identity, name, publications }) {
    /** @type {Participant} */
    const participant = { identity, name, publications: new Map() };
    this.participants.set(identity, participant);
    this.#emit('participant-joined', { participant });
    publications.forEach((publication) => this.#add(identity, publication));
  }

  /** @param {string} identity */
  #leave(identity) {
    const participant = this.participants.get(identity);
    if (!participant) return;
    [...participant.publications.keys()].forEach((id) => this.#remove(id));
    this.participants.delete(identity);
    this.#emit('participant-left', { participant });
  }

  /** @param {string} identity @param {any} told */
  #add(identity, told) {
    const participant = this.participants.get(identity);
    if (!participant) return;
    /** @type {RemotePublication} */
    const publication = { ...told, identity, layers: [], track: null, decision: null };
    participant.publications.set(publication.id, publication);
    this.#emit('publication-added', { participant, publication });
    const transceiver = this.#early.get(publication.id);
    if (transceiver) this.#carried(publication.id, transceiver);
  }

  /** @param {number} id */
  #remove(id) {
    this.#carried(id, null);
    const { participant, publication } = this.#find(id);
    if (!participant) return;
    participant.publications.delete(id);
    this.#emit('publication-removed', { participant, publication });
  }

  /** @param {string} event @param {number} id @param {Partial<RemotePublication>} fields */
  #change(event, id, fields) {
    const { participant, publication } = this.#find(id);
    if (!publication) return;
    Object.assign(publication, fields);
    this.#emit(event, { participant, publication });
  }

  /** @param {number} id @param {RTCRtpTransceiver|null} transceiver */
  #carried(id, transceiver) {
    this.#early.delete(id);
    const { participant, publication } = this.#find(id);
    if (!publication) {
      if (transceiver) this.#early.set(id, transceiver);
      return;
    }
    const { track: before } = publication;
    publication.track = transceiver?.receiver.track ?? null;
    if (before && before !== publication.track) this.#emit('track-removed', { participant, publication, track: before });
    if (publication.track) this.#emit('track', { participant, publication, track: publication.track, transceiver });
  }

  /** @param {number} id @returns {{participant?: Participant, publication?: RemotePublication}} */
  #find(id) {
    for (const participant of this.participants.values()) {
      const publication = participant.publications.get(id);
      if (publication) return { participant, publication };
    }
    return {};
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.state !== 'ended') this.#emit('error', { error });
  }

  /** @param {unknown} error */
  #giveUp(error) {
    this.signalling.end(error instanceof SwitchyardError ? error : new EndedError('failed', String(error)));
  }

  /** @param {SwitchyardError} error */
  #end(error) {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.publisher.pc?.close();
    this.subscriber.pc?.close();
    [...this.participants.keys()].forEach((identity) => this.#leave(identity));
    this.#emit('ended', { error });
  }

  /** @param {string} type @param {object} detail */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
