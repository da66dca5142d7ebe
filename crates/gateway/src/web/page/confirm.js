// @ts-check
/** Asks before something that cannot be taken back. */

import { $ } from './dom.js';

/**
 * @param {{question: string, words: string, act: string, option?: string}} about `option` is a box to tick
 * @returns {Promise<{isTicked: boolean}|null>} null when it shall not be
 */
export function confirmed({ question, words, act, option }) {
  const dialog = $('confirm-dialog');
  $('confirm-title').textContent = question;
  $('confirm-words').textContent = words;
  $('confirm-act').textContent = act;
  $('confirm-choice').hidden = !option;
  $('confirm-option').textContent = option ?? '';
  $('confirm-tick').checked = false;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === 'yes' ? { isTicked: $('confirm-tick').checked } : null);
  });
}
