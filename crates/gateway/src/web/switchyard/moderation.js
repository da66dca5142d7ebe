// @ts-check
/** What administrators may do to others. Everything rejects with `NotPermittedError` without that grant. */

export class Moderation {
  #ask;

  /** @param {import('./remote_publication.js').Ask} ask */
  constructor(ask) {
    this.#ask = ask;
  }

  /**
   * Removes somebody, and keeps them out for a while if asked to.
   * @param {string|{identity: string}} participant @param {{reason?: string, banSeconds?: number}} [options]
   */
  async kick(participant, { reason, banSeconds } = {}) {
    const identity = typeof participant === 'string' ? participant : participant.identity;
    await this.#ask({ type: 'kick', identity, reason, ban_seconds: banSeconds });
  }

  /** Silences somebody's publication. They alone can unsilence it. @param {number|{id: number}} publication */
  async mute(publication) {
    const id = typeof publication === 'number' ? publication : publication.id;
    await this.#ask({ type: 'mute', publication: id, muted: true });
  }

  /** Lets nobody in any more, or everybody again. */
  async lock(locked = true) {
    await this.#ask({ type: 'lock', locked });
  }

  /** Ends the room for everybody. */
  async endRoom() {
    await this.#ask({ type: 'end_room' });
  }

  /** Says something about the room to everybody's programs. @param {string|null} metadata */
  async setRoomMetadata(metadata) {
    await this.#ask({ type: 'set_room_metadata', metadata });
  }

  /**
   * Has the room take other codecs of those who publish from now on; what is published goes on as it is.
   * @param {{allowed?: import('./messages.js').CodecName[], preferred?: import('./messages.js').CodecName[]}} codecs
   */
  async setRoomCodecs({ allowed, preferred = [] }) {
    await this.#ask({ type: 'set_room_codecs', allowed, preferred });
  }
}
