// @ts-check
/** The list of who is here, and what administrators may do. */

import { $, el, face, icon, initials, tint } from './dom.js';
import { confirmed } from './confirm.js';
import { complain } from './words.js';

/** @typedef {import('../switchyard.js').Room} Room */

/** How long somebody who was removed is kept out, if the moderator says so. */
const BAN_SECONDS = 3_600;

export class People {
  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    const again = () => this.show();
    room.on('participant-joined', again);
    room.on('participant-left', again);
    room.on('participant-changed', again);
    room.on('publication-added', again);
    room.on('publication-removed', again);
    room.on('publication-muted', again);
    room.on('room-changed', again);
    for (const type of /** @type {const} */ (['publication-added', 'publication-removed', 'publication-muted', 'permissions-changed'])) {
      room.localParticipant.on(type, again);
    }
    $('lock').onclick = () => room.moderation.lock(!room.isLocked).catch(complain);
    $('end-room').onclick = () => this.#endRoom().catch(complain);
    this.show();
  }

  get #isAdmin() {
    return this.room.localParticipant.permissions?.admin ?? false;
  }

  show() {
    const { room } = this;
    const own = room.localParticipant;
    const you = this.#entry(own.name ?? room.identity ?? 'You', ' (you)', [microphoneMark(own.get('microphone'))], []);
    const others = [...room.participants.values()].map((participant) => {
      const { name, identity, isConnected } = participant;
      const microphone = participant.get('microphone');
      const marks = [
        ...(isConnected ? [] : [labelled('lost', 'reconnecting')]),
        ...(participant.get('screen') ? [labelled('screen', 'shares a screen')] : []),
        // The button that silences it shows a microphone as well.
        ...(this.#isAdmin && isAudible(microphone) ? [] : [microphoneMark(microphone)]),
      ];
      return this.#entry(name ?? identity, '', marks, this.#isAdmin ? this.#acts(participant, microphone) : []);
    });
    $('people-list').replaceChildren(you, ...others);
    $('moderation').hidden = !this.#isAdmin;
    $('lock').textContent = room.isLocked ? 'Unlock the room' : 'Lock the room';
    $('lock').setAttribute('aria-pressed', String(room.isLocked));
    $('show-people').dataset.count = String(room.participants.size + 1);
  }

  /** @param {string} name @param {string} addition @param {Node[]} marks @param {Node[]} acts */
  #entry(name, addition, marks, acts) {
    return el('li', {},
      el('span', { className: `avatar small ${tint(name)}`, 'aria-hidden': 'true', textContent: initials(name) }),
      el('span', { className: 'name', textContent: name + addition }), ...marks, ...acts);
  }

  /** @param {any} participant @param {any} microphone */
  #acts(participant, microphone) {
    const name = participant.name ?? participant.identity;
    const { moderation } = this.room;
    const button = (/** @type {string} */ picture, /** @type {string} */ label, /** @type {() => Promise<void>} */ act) => {
      const made = el('button', { type: 'button', className: 'icon-button', onclick: () => act().catch(complain) });
      face(made, picture, label);
      return made;
    };
    return [
      ...(isAudible(microphone) ? [button('mic', `Mute ${name}`, () => moderation.mute(microphone))] : []),
      button('remove', `Remove ${name} from the room`, () => this.#remove(participant, name)),
    ];
  }

  /** @param {any} participant @param {string} name */
  async #remove(participant, name) {
    const yes = await confirmed({
      question: `Remove ${name}?`,
      words: 'They leave the call at once and are told that a moderator removed them.',
      act: 'Remove',
      option: 'Keep them out for an hour',
    });
    if (yes) await this.room.moderation.kick(participant, { banSeconds: yes.isTicked ? BAN_SECONDS : undefined });
  }

  async #endRoom() {
    const yes = await confirmed({ question: 'End the call for everybody?', words: 'Everybody leaves the room, you too.', act: 'End the call' });
    if (yes) await this.room.moderation.endRoom();
  }
}

/** @param {string} name @param {string} label */
function labelled(name, label) {
  const mark = el('span', { className: 'mark', role: 'img', 'aria-label': label });
  mark.append(icon(name));
  return mark;
}

/** @param {{muted: boolean}|null} microphone */
function isAudible(microphone) {
  return microphone !== null && !microphone.muted;
}

/** @param {{muted: boolean}|null} microphone */
function microphoneMark(microphone) {
  return isAudible(microphone) ? labelled('mic', 'microphone on') : labelled('mic-off', 'microphone off');
}
