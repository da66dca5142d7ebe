// @ts-check
/** Text messages: shown in their order, sent to everybody or to one. */

import { $, announce, el, face } from './dom.js';
import { wordsFor } from './words.js';

/** Older ones go: nobody scrolls back so far, and a page should not grow without end. */
const MAX_SHOWN = 500;

export class Chat {
  #unread = 0;
  /** Whether the latest message is in sight: then the next ones shall be, too. */
  #isAtEnd = true;

  /** @param {import('../switchyard.js').Room} room @param {import('./panel.js').Panel} panel */
  constructor(room, panel) {
    this.room = room;
    this.panel = panel;
    $('messages').replaceChildren();
    this.#hint('Messages reach those who are in the room now.');
    face($('send'), 'send', 'Send');
    $('say').onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#send();
    };
    $('text').onkeydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    };
    const list = $('messages');
    list.onscroll = () => (this.#isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 48);
    // What is being written takes more room the longer it gets.
    new ResizeObserver(() => this.#isAtEnd && this.#showEnd()).observe(list);
    room.localParticipant.on('permissions-changed', () => this.#showPermission());
    this.#showPermission();
    room.on('message', (message) => this.#receive(message));
    room.on('messages-missed', ({ missed }) => this.#hint(`${missed} messages were lost while you were away.`));
    room.on('participant-joined', () => this.showRecipients());
    room.on('participant-changed', () => this.showRecipients());
    room.on('participant-left', () => this.showRecipients());
    this.showRecipients();
    this.read();
  }

  showRecipients() {
    const select = $('recipient');
    const chosen = select.value;
    const others = [...this.room.participants.values()];
    select.replaceChildren(el('option', { value: '', textContent: 'everyone' }),
      ...others.map(({ identity, name }) => el('option', { value: identity, textContent: name ?? identity })));
    select.value = this.room.participants.has(chosen) ? chosen : '';
  }

  /** Who may not write is not asked to. */
  #showPermission() {
    const may = this.room.localParticipant.permissions?.messages ?? true;
    $('say').hidden = !may;
    $('say-not').hidden = may;
  }

  #showEnd() {
    $('messages').scrollTop = $('messages').scrollHeight;
    this.#isAtEnd = true;
  }

  /** Everything there is has been seen. */
  read() {
    this.#unread = this.panel.view === 'chat' ? 0 : this.#unread;
    const label = this.#unread ? `Chat, ${this.#unread} unread` : 'Chat';
    $('show-chat').dataset.count = this.#unread ? String(Math.min(99, this.#unread)) : '';
    $('show-chat').setAttribute('aria-label', label);
    this.#showEnd();
  }

  async #send() {
    const text = $('text').value.trim();
    const to = $('recipient').value || undefined;
    if (!text) return;
    $('send').disabled = true;
    $('say-problem').hidden = true;
    try {
      await this.room.sendMessage(text, { to });
      this.#show('You', text, new Date(), { isOwn: true, to: to && this.#nameOf(to) });
      this.#showEnd();
      $('text').value = '';
    } catch (error) {
      $('say-problem').textContent = wordsFor(error).join(' ');
      $('say-problem').hidden = false;
    } finally {
      $('send').disabled = false;
    }
  }

  /** @param {import('../switchyard.js').Message} message */
  #receive({ from, to, text, at }) {
    const name = from === null ? 'The server' : this.#nameOf(from);
    this.#show(name, text, at, { to: to ? 'you' : undefined });
    if (this.panel.view === 'chat') return;
    this.#unread += 1;
    this.read();
    announce(`${name}: ${text}`);
  }

  /** @param {string} identity */
  #nameOf(identity) {
    return this.room.participants.get(identity)?.name ?? identity;
  }

  /** @param {string} name @param {string} text @param {Date} at @param {{isOwn?: boolean, to?: string}} facts */
  #show(name, text, at, { isOwn = false, to }) {
    const time = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    const head = el('p', { className: 'message-head' }, el('strong', { textContent: name }),
      to ? ` to ${to} ` : ' ', el('time', { textContent: time, dateTime: at.toISOString() }));
    this.#append(el('div', { className: isOwn ? 'message own' : 'message' }, head, el('p', { className: 'message-text', textContent: text })));
  }

  /** @param {string} text */
  #hint(text) {
    this.#append(el('div', { className: 'hint', textContent: text }));
  }

  /** @param {HTMLElement} item */
  #append(item) {
    const list = $('messages');
    list.append(item);
    while (list.children.length > MAX_SHOWN) list.firstElementChild.remove();
    if (this.#isAtEnd) this.#showEnd();
  }
}
