// @ts-check
/** A room that this client is in, or is about to enter. */

import { ConnectionLostError, EndedError, SwitchyardError } from './errors.js';
import { Emitter } from './events.js';
import { LocalParticipant } from './local_participant.js';
import { Moderation } from './moderation.js';
import { Publisher } from './publisher.js';
import { Repair } from './repair.js';
import { Roster } from './roster.js';
import { Session } from './session.js';
import { roomStats } from './stats.js';
import { Subscriber } from './subscriber.js';

/**
 * @typedef {import('./session.js').Target} Target
 * @typedef {import('./session.js').ConnectionState} ConnectionState
 * @typedef {import('./local_publication.js').LocalPublication} LocalPublication
 * @typedef {import('./local_publication.js').PublishOptions} PublishOptions
 * @typedef {import('./remote_publication.js').RemotePublication} RemotePublication
 *
 * @typedef {object} JoinExtras
 * @property {string} [name] for people to read
 * @property {boolean} [autoSubscribe] receive everything (true)
 * @property {({track: MediaStreamTrack} & PublishOptions)[]} [publish] tracks to offer right behind the join
 * @property {RTCConfiguration} [rtc] for both peer connections
 * @property {number} [timeout] milliseconds that joining may take (15 000)
 * @property {boolean|number} [reconnect] come back after a loss (true), or for how many milliseconds that is tried (60 000)
 * @typedef {Target & JoinExtras} JoinOptions
 *
 * @typedef {{number: number, from: string|null, to: string|null, text: string, at: Date}} Message
 *
 * @typedef {object} OwnRoomEvents
 * @property {{state: ConnectionState, error: SwitchyardError|null}} connection-state
 * @property {{connection: 'publish'|'subscribe', state: string, reason: string|null}} connection-changed one of the peer connections
 * @property {Message} message
 * @property {{missed: number}} messages-missed some were lost while reconnecting
 * @property {{metadata: string|null, locked: boolean, codecs: import('./messages.js').Codecs|null}} room-changed
 * @property {{error: unknown}} error something in the background went wrong; the session goes on
 * @property {{error: SwitchyardError}} ended nothing follows; `error.code` is the reason
 * @typedef {import('./roster.js').RosterEvents & OwnRoomEvents} RoomEvents
 */

/** @extends {Emitter<RoomEvents>} */
export class Room extends Emitter {
  /** @type {string|null} known once joined */
  name = null;
  /** @type {string|null} */
  metadata = null;
  /** Whether nobody but administrators may enter. */
  isLocked = false;
  /** @type {import('./messages.js').Codecs|null} what the room takes of those who publish; known once joined */
  codecs = null;
  #hasJoined = false;
  #roster = new Roster(this, (message) => this.signalling.request(message));
  /** @type {{publish: Repair, subscribe: Repair}} */
  #repairs;

  /** @param {JoinOptions} options */
  constructor({ rtc, publish = [], autoSubscribe = true, name, timeout = 15_000, ...target }) {
    super();
    const join = { type: 'join', auto_subscribe: autoSubscribe, name };
    this.session = new Session(
      { ...target, join },
      (message) => this.#on(message),
      (state, error) => this.#become(state, error),
      () => this.publisher.handleLost(),
    );
    this.signalling = this.session.signalling;
    this.#repairs = { publish: this.#repair('publish', rtc), subscribe: this.#repair('subscribe', rtc) };
    this.publisher = new Publisher(this.signalling, () => this.#repairs.publish.connect());
    this.subscriber = new Subscriber(
      this.signalling,
      () => this.#repairs.subscribe.connect(),
      (publication, transceiver) => this.#roster.carry(publication, transceiver),
      (error) => this.#fail(error),
    );
    /** This client, and what it publishes. */
    this.localParticipant = new LocalParticipant(this.publisher, name);
    /** What administrators may do to others. */
    this.moderation = new Moderation((message) => this.signalling.request(message));

    const tooLong = setTimeout(() => this.session.end(new EndedError('timeout', 'joining took too long')), timeout);
    /** @type {Promise<void>} resolves when this client is in the room for the first time */
    this.joined = new Promise((resolve, reject) => {
      this.on('connection-state', ({ state, error }) => {
        if (state === 'connected') resolve();
        if (state === 'disconnected') reject(error);
      });
    });
    this.joined.catch(() => {}).finally(() => clearTimeout(tooLong));
    /** @type {Promise<PromiseSettledResult<LocalPublication>[]>} what became of the tracks to publish */
    this.published = Promise.allSettled(publish.map(({ track, ...options }) => this.localParticipant.publish(track, options)));
    this.published.then((all) => all.forEach((one) => one.status === 'rejected' && this.#fail(one.reason)));
    this.online = async () => {
      if (await this.session.probe()) this.#handleNetworkChange();
    };
    globalThis.addEventListener?.('online', this.online);
    this.pagehide = (/** @type {PageTransitionEvent} */ { persisted }) => {
      // The others need not wait until it is clear that nobody comes back.
      if (!persisted) this.signalling.request({ type: 'leave' }).catch(() => {});
    };
    globalThis.addEventListener?.('pagehide', this.pagehide);
  }

  /** @type {ConnectionState} */
  get state() {
    return this.session.state;
  }

  /** The others, by identity. */
  get participants() {
    return this.#roster.participants;
  }

  get identity() {
    return this.localParticipant.identity;
  }

  /** What this client publishes. */
  get publications() {
    return this.localParticipant.publications;
  }

  /**
   * Publishes a track; the same as `localParticipant.publish`.
   * @param {MediaStreamTrack|({track: MediaStreamTrack} & PublishOptions)} what @param {PublishOptions} [options]
   */
  publish(what, options = {}) {
    const { track, ...more } = 'track' in what ? what : { track: what };
    return this.localParticipant.publish(track, { ...more, ...options });
  }

  /** Chooses the highest layer wanted. @param {RemotePublication} publication @param {number|null} layer */
  setMaxLayer(publication, layer) {
    return publication.setMaxLayer(layer);
  }

  /**
   * Sends a text to everybody, or to one.
   * @param {string} text @param {{to?: string|{identity: string}}} [options]
   * @returns {Promise<{number: number}>} once the server has taken it; its place in the order of messages
   */
  async sendMessage(text, { to } = {}) {
    const identity = typeof to === 'object' ? to.identity : to;
    const { number } = await this.signalling.request({ type: 'message', text, to: identity });
    return { number };
  }

  /** The time a message takes to the server and back, in milliseconds. */
  async ping() {
    const begin = performance.now();
    await this.signalling.request({ type: 'ping' });
    return performance.now() - begin;
  }

  /** What both connections carry. */
  stats() {
    return roomStats(this, this.publisher.pc, this.subscriber.pc);
  }

  /** Goes away. Resolves when the server has confirmed, or after two seconds without. */
  async leave() {
    const patience = new Promise((resolve) => setTimeout(resolve, 2_000));
    await Promise.race([this.signalling.request({ type: 'leave' }).catch(() => {}), patience]);
    this.session.end(new EndedError('left', 'you left'));
  }

  /** @param {'publish'|'subscribe'} way @param {RTCConfiguration} [rtc] */
  #repair(way, rtc) {
    const isPublish = way === 'publish';
    return new Repair(way, rtc, {
      restart: () => isPublish ? this.publisher.negotiate({ iceRestart: true }) : this.signalling.request({ type: 'restart_ice' }),
      renew: () => (isPublish ? this.publisher.renew() : this.subscriber.renew()),
      onState: (state) => this.emit('connection-changed', { connection: way, state, reason: null }),
      onSilent: () => this.session.probe(),
      onError: (error) => this.#fail(error),
    });
  }

  #handleNetworkChange() {
    this.#repairs.publish.handleNetworkChange();
    this.#repairs.subscribe.handleNetworkChange();
  }

  /** @param {any} message */
  #on(message) {
    switch (message.type) {
      case 'joined':
        return this.#handleJoined(message);
      case 'snapshot':
        return this.#handleSnapshot(message);
      case 'participant_joined':
        return this.#roster.enter(message.participant);
      case 'participant_left':
        return this.#roster.leave(message.identity);
      case 'participant_changed':
        return this.#handleParticipant(message.participant);
      case 'publication_added':
        return this.#roster.add(message.identity, message.publication);
      case 'publication_removed':
        return this.#own(message.publication)?.handleRemoved(message.why ?? 'unpublished') ?? this.#roster.remove(message.publication);
      case 'publication_muted':
        return this.#handleMuted(message.publication, message.muted);
      case 'publication_codec':
        return this.#roster.codec(message.publication, message.codec);
      case 'publication_layers':
        return this.#roster.layers(message.publication, message.layers);
      case 'subscription_changed': {
        const { type, publication, ...decision } = message;
        return this.#roster.decide(publication, decision);
      }
      case 'connection_changed':
        if (message.state === 'ended') this.#repairs[/** @type {'publish'|'subscribe'} */ (message.connection)].handleGone();
        return this.emit('connection-changed', message);
      case 'codec_wanted':
        return this.publisher.addBackup(message.publication, message.codecs).catch((error) => this.#fail(error));
      case 'permissions_changed':
        return this.localParticipant.handlePermissions(message.permissions);
      case 'room_changed':
        return this.#handleRoom(message);
      case 'message':
        return this.emit('message', { ...message, from: message.from ?? null, to: message.to ?? null, at: new Date(message.at) });
      case 'offer':
        return this.subscriber.handleOffer(message);
      case 'error':
        return console.warn('switchyard: the server did not understand a message:', message.message);
    }
  }

  /** @param {import('./messages.js').Joined} told */
  #handleJoined(told) {
    const isAgain = this.#hasJoined;
    this.#hasJoined = true;
    if (isAgain) this.subscriber.reset();
    this.#take(told);
    if (!isAgain) return;
    this.publisher.renew().catch((error) => this.#fail(error));
    this.#roster.repeatChoices();
  }

  /** @param {import('./messages.js').Snapshot} told */
  #handleSnapshot(told) {
    const { own = [], connections = ['publish', 'subscribe'] } = told;
    // What it has given up it offers afresh by itself.
    if (!connections.includes('subscribe')) this.subscriber.reset();
    this.#take(told);
    const kept = new Map(own.map(({ publication, muted }) => [publication, muted]));
    const isLost = this.publications.some(({ id }) => id !== null && !kept.has(id));
    const isIdle = !this.publications.length && !connections.includes('publish');
    if (isLost || isIdle) this.publisher.renew().catch((error) => this.#fail(error));
    // Silenced by a moderator, perhaps. To speak again is nobody's choice but ours.
    this.publications.filter(({ id }) => id !== null && kept.get(id)).forEach((one) => one.handleMuted(true));
    if (told.missed_messages) this.emit('messages-missed', { missed: told.missed_messages });
    this.#handleNetworkChange();
  }

  /** @param {import('./messages.js').Joined} told */
  #take({ room, identity, name, metadata: own, participants, permissions, room_metadata: metadata, locked, codecs }) {
    this.name = room;
    this.localParticipant.identity = identity;
    this.localParticipant.handleInfo({ name, metadata: own });
    this.localParticipant.handlePermissions(permissions ?? null);
    this.metadata = metadata ?? null;
    this.isLocked = locked ?? false;
    this.codecs = this.publisher.codecs = codecs ?? null;
    this.#roster.reconcile(participants);
  }

  /** @param {import('./messages.js').ParticipantInfo} info */
  #handleParticipant(info) {
    if (info.identity !== this.identity) return this.#roster.change(info);
    this.localParticipant.handleInfo({ name: info.name ?? null, metadata: info.metadata ?? null });
  }

  /** @param {number} id @param {boolean} muted */
  #handleMuted(id, muted) {
    const own = this.#own(id);
    if (own) own.handleMuted(muted).catch((error) => this.#fail(error));
    else this.#roster.mute(id, muted);
  }

  /** @param {{metadata?: string|null, locked?: boolean, codecs?: import('./messages.js').Codecs}} told */
  #handleRoom({ metadata = null, locked = false, codecs }) {
    this.metadata = metadata;
    this.isLocked = locked;
    this.codecs = this.publisher.codecs = codecs ?? this.codecs;
    this.emit('room-changed', { metadata, locked, codecs: this.codecs });
  }

  /** @param {number} id */
  #own(id) {
    return this.publications.find((publication) => publication.id === id);
  }

  /** @param {ConnectionState} state @param {SwitchyardError|null} error */
  #become(state, error) {
    if (state === 'disconnected') this.#close();
    this.emit('connection-state', { state, error });
    if (state === 'disconnected') this.emit('ended', { error: error ?? new EndedError('left', 'you left') });
  }

  #close() {
    globalThis.removeEventListener?.('online', this.online);
    globalThis.removeEventListener?.('pagehide', this.pagehide);
    this.publisher.handleEnd();
    this.subscriber.pc?.close();
    [...this.participants.keys()].forEach((identity) => this.#roster.leave(identity));
    this.publications.filter(({ isOpened }) => isOpened).forEach(({ track }) => track.stop());
  }

  /** @param {unknown} error */
  #fail(error) {
    // A lost connection is told by `connection-state`, and what it interrupted is done again.
    if (this.state === 'disconnected' || error instanceof ConnectionLostError) return;
    this.emit('error', { error });
  }
}
