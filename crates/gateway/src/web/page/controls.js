// @ts-check
/** The buttons for one's own microphone, camera and screen. */

import { $, announce, face } from './dom.js';
import { remembered } from './memory.js';
import { switchFace } from './preview.js';
import { complain, tell } from './words.js';

/** @typedef {'camera'|'microphone'} Device */

export class Controls {
  /** @type {Record<Device, Promise<void>>} */
  #last = { camera: Promise.resolve(), microphone: Promise.resolve() };

  /** @param {import('../switchyard.js').Room} room */
  constructor(room) {
    this.room = room;
    this.local = room.localParticipant;
    $('microphone').onclick = () => this.toggle('microphone');
    $('camera').onclick = () => this.toggle('camera');
    $('screen').onclick = () => this.toggleScreen();
    face($('leave'), 'leave', 'Leave the call');
    $('leave').append('Leave');
    $('leave').onclick = () => room.leave();
    for (const type of /** @type {const} */ (['publication-added', 'publication-removed', 'publication-muted', 'permissions-changed'])) {
      this.local.on(type, () => this.show());
    }
    this.local.on('publication-muted', ({ publication, by }) => {
      if (by === 'moderator') tell(`A moderator turned your ${publication.source} off. You can turn it on again.`);
    });
    this.local.on('publication-ended', ({ publication }) => this.#handleGone(publication));
    this.show();
  }

  /** A device that is published is muted and unmuted; one that is not is published. @param {Device} device */
  toggle(device) {
    // Whoever presses twice means both: the second follows the first.
    this.#last[device] = this.#last[device].then(() => this.#toggle(device));
  }

  /** @param {Device} device */
  async #toggle(device) {
    try {
      const publication = this.local.get(device);
      if (publication) await publication.mute(!publication.muted);
      else await this.local.publish(device, { deviceId: remembered()[device] });
      announce(`${device} ${this.local.get(device)?.muted ? 'off' : 'on'}`);
    } catch (error) {
      complain(error);
    }
    this.show();
  }

  async toggleScreen() {
    try {
      const shown = this.local.publications.filter(({ source }) => source.startsWith('screen'));
      if (shown.length) await Promise.all(shown.map((publication) => publication.unpublish()));
      else await this.local.shareScreen({ audio: true });
    } catch (error) {
      complain(error);
    }
    this.show();
  }

  show() {
    for (const device of /** @type {Device[]} */ (['microphone', 'camera'])) {
      const publication = this.local.get(device);
      switchFace($(device), device === 'camera' ? 'camera' : 'mic', Boolean(publication) && !publication?.muted);
      $(device).classList.toggle('off', !publication || publication.muted);
      $(device).hidden = !this.local.mayPublish(device);
    }
    const isShared = Boolean(this.local.get('screen'));
    $('screen').hidden = !navigator.mediaDevices?.getDisplayMedia || !this.local.mayPublish('screen');
    face($('screen'), isShared ? 'screen-off' : 'screen', isShared ? 'Stop sharing your screen' : 'Share your screen');
    $('screen').setAttribute('aria-pressed', String(isShared));
  }

  /** @param {import('../switchyard.js').LocalPublication} publication */
  #handleGone(publication) {
    complain({ code: 'device_not_found', field: publication.source });
    publication.unpublish().catch(() => {});
  }
}
