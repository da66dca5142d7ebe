// @ts-check
/** The panel beside the stage: chat or people, one at a time. */

import { $, face } from './dom.js';

const TITLES = { chat: 'Chat', people: 'People' };

/** Where the panel covers the stage, as panel.css says. */
const PHONE = matchMedia('(max-width: 760px)');

/** @typedef {keyof typeof TITLES} View */

export class Panel {
  /** @type {View|null} */
  view = null;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    PHONE.addEventListener('change', () => this.#show(this.view));
    face($('panel-close'), 'close');
    face($('show-chat'), 'chat', 'Chat');
    face($('show-people'), 'people', 'People');
    $('panel-close').onclick = () => this.close();
    $('show-chat').onclick = () => this.toggle('chat');
    $('show-people').onclick = () => this.toggle('people');
  }

  /** @param {View} view */
  toggle(view) {
    if (this.view === view) this.close();
    else this.open(view);
  }

  /** @param {View} view */
  open(view) {
    this.#show(view);
    $(view === 'chat' ? 'text' : 'panel-close').focus();
  }

  close() {
    if (!this.view) return;
    const button = $(`show-${this.view}`);
    this.#show(null);
    button.focus();
  }

  /** @param {View|null} view */
  #show(view) {
    this.view = view;
    $('panel').hidden = !view;
    // On a phone it covers everything, and nobody should tab to what is behind it.
    const covers = view !== null && PHONE.matches;
    for (const behind of [$('stage'), $('controls')]) behind.inert = covers;
    for (const one of /** @type {View[]} */ (['chat', 'people'])) {
      $(one).hidden = one !== view;
      $(`show-${one}`).setAttribute('aria-expanded', String(one === view));
    }
    if (view) $('panel-title').textContent = TITLES[view];
    this.onChange();
  }
}
