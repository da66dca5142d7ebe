// @ts-check
/** Who is in the room and what they publish, kept as the server tells it. */

import { RemoteParticipant } from './remote_participant.js';
import { RemotePublication } from './remote_publication.js';

/**
 * @typedef {{participant: RemoteParticipant}} OfParticipant
 * @typedef {{participant: RemoteParticipant, publication: RemotePublication}} OfPublication
 *
 * @typedef {object} RosterEvents
 * @property {OfParticipant} participant-joined
 * @property {OfParticipant} participant-left
 * @property {OfParticipant} participant-changed name, metadata or connection
 * @property {OfPublication} publication-added
 * @property {OfPublication} publication-removed
 * @property {OfPublication} publication-muted
 * @property {OfPublication} publication-layers
 * @property {OfPublication} subscription-changed
 * @property {OfPublication & {track: MediaStreamTrack, transceiver: RTCRtpTransceiver}} track
 * @property {OfPublication & {track: MediaStreamTrack}} track-removed
 */

export class Roster {
  /** @type {Map<string, RemoteParticipant>} */
  participants = new Map();
  /** @type {Map<number, RemotePublication>} */
  #publications = new Map();
  /** @type {Map<number, RTCRtpTransceiver>} carried by an m-line before we heard of their publication */
  #early = new Map();

  /**
   * @param {import('./events.js').Emitter<RosterEvents>} room whose events these are
   * @param {import('./remote_publication.js').Ask} ask
   */
  constructor(room, ask) {
    this.room = room;
    this.ask = ask;
  }

  /** @param {number} id */
  find(id) {
    return this.#publications.get(id) ?? null;
  }

  /**
   * All that there is, in place of what was known. Those who are still there stay the same objects.
   * @param {import('./messages.js').ParticipantInfo[]} infos
   */
  reconcile(infos) {
    const present = new Set(infos.map(({ identity }) => identity));
    [...this.participants.keys()].filter((identity) => !present.has(identity)).forEach((one) => this.leave(one));
    for (const info of infos) {
      const known = this.participants.get(info.identity);
      if (!known) {
        this.enter(info);
        continue;
      }
      const ids = new Set(info.publications.map(({ id }) => id));
      [...known.publications.keys()].filter((id) => !ids.has(id)).forEach((id) => this.remove(id));
      this.change(info);
      info.publications.forEach((publication) => this.add(info.identity, publication));
    }
  }

  /** @param {import('./messages.js').ParticipantInfo} info */
  enter(info) {
    const participant = new RemoteParticipant(info);
    this.participants.set(info.identity, participant);
    this.room.emit('participant-joined', { participant });
    info.publications.forEach((publication) => this.add(info.identity, publication));
  }

  /** @param {string} identity */
  leave(identity) {
    const participant = this.participants.get(identity);
    if (!participant) return;
    [...participant.publications.keys()].forEach((id) => this.remove(id));
    this.participants.delete(identity);
    participant.emit('left', {});
    this.room.emit('participant-left', { participant });
  }

  /** @param {import('./messages.js').ParticipantInfo} info */
  change(info) {
    const participant = this.participants.get(info.identity);
    if (!participant) return;
    participant.handleInfo(info);
    this.room.emit('participant-changed', { participant });
  }

  /** @param {string} identity @param {import('./messages.js').PublicationInfo} info */
  add(identity, info) {
    const participant = this.participants.get(identity);
    if (!participant) return;
    const known = this.#publications.get(info.id);
    if (known) {
      if (known.handleInfo(info)) this.room.emit('publication-muted', { participant, publication: known });
      return;
    }
    const publication = new RemotePublication(info, participant, this.ask);
    participant.publications.set(publication.id, publication);
    this.#publications.set(publication.id, publication);
    participant.emit('publication-added', { publication });
    this.room.emit('publication-added', { participant, publication });
    const transceiver = this.#early.get(publication.id);
    if (transceiver) this.carry(publication.id, transceiver);
  }

  /** @param {number} id */
  remove(id) {
    this.carry(id, null);
    const publication = this.#publications.get(id);
    if (!publication) return;
    const { participant } = publication;
    this.#publications.delete(id);
    participant.publications.delete(id);
    publication.handleRemoved();
    participant.emit('publication-removed', { publication });
    this.room.emit('publication-removed', { participant, publication });
  }

  /** @param {number} id @param {boolean} muted */
  mute(id, muted) {
    const publication = this.#publications.get(id);
    if (!publication) return;
    const { encodings, codec, name, kind, source } = publication;
    publication.handleInfo({ id, kind, source, encodings, codec, name, muted });
    this.room.emit('publication-muted', { participant: publication.participant, publication });
  }

  /** It is sent in another codec. @param {number} id @param {string} codec */
  codec(id, codec) {
    const publication = this.#publications.get(id);
    if (publication) publication.codec = codec;
  }

  /** @param {number} id @param {import('./messages.js').Layer[]} layers */
  layers(id, layers) {
    const publication = this.#publications.get(id);
    publication?.handleLayers(layers);
    if (publication) this.room.emit('publication-layers', { participant: publication.participant, publication });
  }

  /** @param {number} id @param {import('./messages.js').Decision} decision */
  decide(id, decision) {
    const publication = this.#publications.get(id);
    publication?.handleDecision(decision);
    if (publication) this.room.emit('subscription-changed', { participant: publication.participant, publication });
  }

  /** An m-line carries a publication from now on, or no longer. @param {number} id @param {RTCRtpTransceiver|null} transceiver */
  carry(id, transceiver) {
    this.#early.delete(id);
    const publication = this.#publications.get(id);
    if (!publication) {
      if (transceiver) this.#early.set(id, transceiver);
      return;
    }
    const { participant } = publication;
    const before = publication.handleCarried(transceiver);
    if (before) this.room.emit('track-removed', { participant, publication, track: before });
    const { track } = publication;
    if (track && transceiver) this.room.emit('track', { participant, publication, track, transceiver });
  }

  /** The session was begun anew: every choice is made again. */
  repeatChoices() {
    for (const publication of this.#publications.values()) publication.handleRejoined().catch(() => {});
  }
}
