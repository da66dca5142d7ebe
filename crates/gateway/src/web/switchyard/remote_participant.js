// @ts-check
/** Somebody else in the room. */

import { Emitter } from './events.js';

/**
 * @typedef {import('./remote_publication.js').RemotePublication} RemotePublication
 *
 * @typedef {object} RemoteParticipantEvents
 * @property {{publication: RemotePublication}} publication-added
 * @property {{publication: RemotePublication}} publication-removed
 * @property {{}} changed name, metadata or connection
 * @property {{}} left
 */

/** @extends {Emitter<RemoteParticipantEvents>} */
export class RemoteParticipant extends Emitter {
  /** @type {Map<number, RemotePublication>} */
  publications = new Map();
  /** @type {string|undefined} for people to read */
  name;
  /** @type {string|null} */
  metadata = null;
  /** Whether the server hears from them; false while they reconnect. */
  isConnected = true;
  /** Whether only administrators see them. */
  isHidden = false;

  /** @param {import('./messages.js').ParticipantInfo} info */
  constructor(info) {
    super();
    this.identity = info.identity;
    this.#take(info);
  }

  /** Their publication from a source. @param {import('./messages.js').Source} source */
  get(source) {
    return [...this.publications.values()].find((publication) => publication.source === source) ?? null;
  }

  /** For this library's own use. @param {import('./messages.js').ParticipantInfo} info */
  handleInfo(info) {
    this.#take(info);
    this.emit('changed', {});
  }

  /** @param {import('./messages.js').ParticipantInfo} info */
  #take({ name, metadata, connected, hidden }) {
    this.name = name ?? undefined;
    this.metadata = metadata ?? null;
    this.isConnected = connected ?? true;
    this.isHidden = hidden ?? false;
  }
}
