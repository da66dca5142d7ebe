// @ts-check
/** How others get here: a link to the room, as long as a name is enough to enter it. */

import { $ } from './dom.js';
import { tell } from './words.js';

export class Invitation {
  /** @param {import('../switchyard.js').Room} room */
  constructor(room) {
    const link = new URL('/', location.href);
    link.searchParams.set('room', room.name ?? '');
    // With tokens, whoever gave us ours invites the others.
    const isOpen = !room.session.target.token;
    $('alone-invite').hidden = !isOpen;
    $('invite-row').hidden = !isOpen;
    for (const button of [$('invite'), $('alone-invite')]) {
      button.onclick = () => copy(link.href);
    }
  }

  /** @param {boolean} isAlone */
  show(isAlone) {
    $('alone').hidden = !isAlone;
  }
}

/** @param {string} link */
async function copy(link) {
  try {
    await navigator.clipboard.writeText(link);
    tell('The link is copied. Send it to whom you want to meet.');
  } catch {
    tell(`Send this link to whom you want to meet: ${link}`);
  }
}
