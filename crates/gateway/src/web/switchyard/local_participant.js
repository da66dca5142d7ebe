// @ts-check
/** This client in the room: what it publishes, and what others read of it. */

import { Emitter } from './events.js';
import { NotPermittedError } from './errors.js';
import { openCamera, openMicrophone, openScreen } from './devices.js';

/**
 * @typedef {import('./local_publication.js').LocalPublication} LocalPublication
 * @typedef {import('./local_publication.js').PublishOptions} PublishOptions
 *
 * @typedef {object} LocalParticipantEvents
 * @property {{publication: LocalPublication}} publication-added
 * @property {{publication: LocalPublication, why: string|null}} publication-removed `why` when the server ended it
 * @property {{publication: LocalPublication, muted: boolean, by: 'you'|'moderator'}} publication-muted
 * @property {{publication: LocalPublication}} publication-ended its device is gone; publish or `setDevice` another
 * @property {{permissions: import('./messages.js').Permissions|null}} permissions-changed
 */

/** @extends {Emitter<LocalParticipantEvents>} */
export class LocalParticipant extends Emitter {
  /** @type {string|null} known once joined */
  identity = null;
  /** @type {string|undefined} for people to read */
  name;
  /** @type {string|null} */
  metadata = null;
  /** @type {import('./messages.js').Permissions|null} null if the server does not say */
  permissions = null;
  #publisher;

  /** @param {import('./publisher.js').Publisher} publisher @param {string} [name] */
  constructor(publisher, name) {
    super();
    this.#publisher = publisher;
    this.name = name;
  }

  /** What this client publishes. */
  get publications() {
    return [...this.#publisher.publications];
  }

  /** The publication from a source. @param {import('./messages.js').Source} source */
  get(source) {
    return this.publications.find((publication) => publication.source === source) ?? null;
  }

  /** Whether the token allows it. @param {import('./messages.js').Source} source */
  mayPublish(source) {
    return this.permissions?.publish?.includes(source) ?? true;
  }

  /**
   * Publishes a track, or opens a device and publishes that.
   * @param {MediaStreamTrack|'camera'|'microphone'|'screen'} what @param {PublishOptions} [options]
   * @returns {Promise<LocalPublication>} once the server has accepted it
   */
  async publish(what, options = {}) {
    const source = typeof what === 'string' ? what : options.source;
    if (source && !this.mayPublish(source)) {
      throw new NotPermittedError('not_permitted', `the token does not allow publishing: ${source}`, { field: source });
    }
    if (typeof what !== 'string') return this.#add(what, options);
    if (what === 'screen') return (await this.shareScreen({ ...options, audio: false }))[0];
    const track = await (what === 'camera' ? openCamera(options) : openMicrophone(options));
    try {
      return await this.#add(track, { stopOnMute: what === 'camera', ...options, source: what }, true);
    } catch (error) {
      track.stop();
      throw error;
    }
  }

  /**
   * Shares a screen, a window or a tab, and its sound if asked for and offered.
   * @param {PublishOptions} [options]
   * @returns {Promise<LocalPublication[]>} the picture first
   */
  async shareScreen(options = {}) {
    const tracks = await openScreen(options);
    const published = tracks.sort((one) => (one.kind === 'video' ? -1 : 1)).map((track) =>
      this.#add(track, { ...options, source: track.kind === 'video' ? 'screen' : 'screen_audio' }, true));
    try {
      return await Promise.all(published);
    } catch (error) {
      tracks.forEach((track) => track.stop());
      await Promise.allSettled(published.map(async (one) => (await one).unpublish()));
      throw error;
    }
  }

  /** @param {LocalPublication} publication */
  unpublish(publication) {
    return publication.unpublish();
  }

  /**
   * Chooses the name that others read.
   * @param {string} name @throws {import('./errors.js').NotPermittedError}
   */
  async setName(name) {
    await this.#publisher.signalling.request({ type: 'set_name', name });
    this.name = name;
  }

  /** Says something about this participant to the others' programs. @param {string|null} metadata */
  async setMetadata(metadata) {
    await this.#publisher.signalling.request({ type: 'set_metadata', metadata });
    this.metadata = metadata;
  }

  /** Shows the server a new token before the old one expires. @param {string} token */
  async refreshToken(token) {
    await this.#publisher.signalling.request({ type: 'refresh_token', token });
  }

  /** @param {MediaStreamTrack} track @param {PublishOptions} options @param {boolean} [isOpened] */
  async #add(track, options, isOpened = false) {
    const publication = await this.#publisher.add(track, options);
    publication.isOpened = isOpened;
    publication.on('unpublished', ({ why }) => this.emit('publication-removed', { publication, why }));
    publication.on('muted', (detail) => this.emit('publication-muted', { publication, ...detail }));
    publication.on('ended', () => {
      const isScreen = publication.source.startsWith('screen');
      if (isScreen) this.unpublish(publication).catch(() => {});
      else this.emit('publication-ended', { publication });
    });
    this.emit('publication-added', { publication });
    return publication;
  }

  /**
   * For this library's own use: what the server says of this participant, as far as it says anything.
   * @param {{name?: string|null, metadata?: string|null}} info
   */
  handleInfo({ name, metadata }) {
    if (name !== undefined) this.name = name ?? undefined;
    if (metadata !== undefined) this.metadata = metadata;
  }

  /** For this library's own use. @param {import('./messages.js').Permissions|null} permissions */
  handlePermissions(permissions) {
    this.permissions = permissions;
    this.emit('permissions-changed', { permissions });
  }
}
