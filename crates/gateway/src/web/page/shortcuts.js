// @ts-check
/** Single keys that do what buttons do, for those who want them. */

import { $, el, face } from './dom.js';
import { remember, remembered } from './memory.js';

/** @type {[string, string, string][]} key, words, and the button that it presses */
const KEYS = [
  ['m', 'Microphone on or off', 'microphone'],
  ['v', 'Camera on or off', 'camera'],
  ['s', 'Share your screen, or stop', 'screen'],
  ['c', 'Chat', 'show-chat'],
  ['p', 'People', 'show-people'],
  ['l', 'Grid or speaker view', 'layout'],
  ['i', 'Quality and bitrate', 'figures'],
  ['o', 'Settings', 'settings'],
  ['?', 'This list', 'help'],
];

/** @param {() => void} onEscape */
export function setUpShortcuts(onEscape) {
  face($('help'), 'keys', 'Keyboard shortcuts');
  $('help').onclick = () => $('help-dialog').showModal();
  const rows = [...KEYS, ['Esc', 'Close what is open', '']].map(([key, words]) =>
    el('div', {}, el('dt', {}, el('kbd', { textContent: key.length === 1 ? key.toUpperCase() : key })), el('dd', { textContent: words })));
  $('keys').replaceChildren(...rows);
  $('keys-on').checked = remembered().keys ?? true;
  $('keys-on').onchange = () => remember({ keys: $('keys-on').checked });
  document.addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') onEscape();
    if (event.ctrlKey || event.altKey || event.metaKey || !$('keys-on').checked || isTyping(event.target)) return;
    const [, , id] = KEYS.find(([key]) => key === event.key.toLowerCase()) ?? [];
    if (!id || (id !== 'help' && $('call').hidden)) return;
    event.preventDefault();
    $(id).click();
  });
}

/** @param {EventTarget|null} target */
function isTyping(target) {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}
