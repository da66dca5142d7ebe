// @ts-check
/** A call on the screen: turns what the room tells into tiles and words. */

import { $, announce } from './dom.js';
import { Chat } from './chat.js';
import { Controls } from './controls.js';
import { Invitation } from './invitation.js';
import { People } from './people.js';
import { offerDevices } from './settings.js';
import { Speakers } from './speakers.js';
import { Tile } from './tile.js';
import { bannerSays, complain, hush, tell } from './words.js';

/**
 * @typedef {import('../switchyard.js').Room} Room
 * @typedef {import('../switchyard.js').RemoteParticipant} RemoteParticipant
 * @typedef {import('../switchyard.js').RemotePublication} RemotePublication
 * @typedef {{stage: import('./stage.js').Stage, panel: import('./panel.js').Panel, figures: import('./figures.js').Figures}} Furniture
 */

export class Call {
  #stops;
  #wasLocked;

  /** @param {Room} room @param {Furniture} furniture */
  constructor(room, { stage, panel, figures }) {
    this.room = room;
    this.#wasLocked = room.isLocked;
    this.stage = stage;
    this.figures = figures;
    this.chat = new Chat(room, panel);
    this.controls = new Controls(room);
    this.invitation = new Invitation(room);
    new People(room);
    const speakers = new Speakers(stage);
    this.#stops = [offerDevices(room), () => speakers.stop()];
    panel.onChange = () => (this.chat.read(), stage.arrange());

    const own = this.#tile('own:camera', 'You', { isOwn: true, letters: room.localParticipant.name ?? room.identity ?? 'You' });
    stage.add(own);
    this.#listen();
    this.#listenToOwn();
    room.participants.forEach((participant) => {
      this.#enter(participant);
      participant.publications.forEach((publication) => this.#show(publication));
    });
    room.publications.forEach((publication) => this.#showOwn(publication));
    this.#count();
  }

  stop() {
    hush();
    this.#stops.forEach((stop) => stop());
    this.stage.clear();
  }

  /** @param {string} key @param {string} name @param {{isOwn?: boolean, isScreen?: boolean, letters?: string}} [facts] */
  #tile(key, name, facts = {}) {
    const tile = new Tile(key, name, { ...facts, onPin: (one) => this.stage.pin(one), onBlocked: askForClick });
    tile.figures.hidden = !this.figures.isShown;
    return tile;
  }

  #listen() {
    const { room } = this;
    room.on('participant-joined', ({ participant }) => {
      this.#enter(participant);
      this.#count();
      announce(`${nameOf(participant)} joined`);
    });
    room.on('participant-left', ({ participant }) => {
      this.stage.remove(`person:${participant.identity}`);
      this.stage.remove(`screen:${participant.identity}`);
      this.#count();
      announce(`${nameOf(participant)} left`);
    });
    room.on('participant-changed', ({ participant }) => {
      const tile = this.#enter(participant);
      if (tile.name !== nameOf(participant)) tile.setName(nameOf(participant));
      tile.update({ isConnected: participant.isConnected });
    });
    room.on('publication-added', ({ publication }) => this.#show(publication));
    room.on('publication-removed', ({ publication }) => this.#hide(publication));
    room.on('publication-muted', ({ participant }) => this.stage.tiles.get(`person:${participant.identity}`)?.update());
    room.on('connection-changed', () => this.#tellConnection());
    room.on('connection-state', ({ state }) => {
      this.#tellConnection();
      if (state === 'connected') announce('You are back in the call');
    });
    room.on('error', ({ error }) => complain(error));
    room.on('room-changed', ({ locked }) => {
      if (locked !== this.#wasLocked) tell(locked ? 'The room is locked: nobody else can join.' : 'The room is open again.');
      this.#wasLocked = locked;
      this.#count();
    });
  }

  #listenToOwn() {
    const local = this.room.localParticipant;
    local.on('publication-added', ({ publication }) => this.#showOwn(publication));
    local.on('publication-removed', ({ publication, why }) => {
      if (publication.source === 'screen') this.stage.remove('own:screen');
      if (publication.source === 'camera') this.#own.hide(publication);
      if (publication.source === 'microphone') this.#own.update({ muted: true });
      if (why && why !== 'unpublished') complain({ code: why, field: publication.source });
    });
    local.on('publication-muted', ({ publication, muted }) => {
      if (publication.source === 'microphone') this.#own.update({ muted });
      else this.#own.update();
    });
  }

  get #own() {
    return /** @type {Tile} */ (this.stage.tiles.get('own:camera'));
  }

  /** @param {RemoteParticipant} participant */
  #enter(participant) {
    const key = `person:${participant.identity}`;
    const known = this.stage.tiles.get(key);
    if (known) return known;
    const tile = this.#tile(key, nameOf(participant));
    this.stage.add(tile);
    return tile;
  }

  /** @param {RemotePublication} publication */
  #show(publication) {
    const { participant, source } = publication;
    if (!source.startsWith('screen')) return this.#enter(participant).showRemote(publication);
    const key = `screen:${participant.identity}`;
    const tile = this.stage.tiles.get(key) ?? this.#tile(key, `${nameOf(participant)}’s screen`, { isScreen: true });
    if (!this.stage.tiles.has(key)) {
      this.stage.add(tile);
      announce(`${nameOf(participant)} shares a screen`);
    }
    tile.showRemote(publication);
  }

  /** @param {RemotePublication} publication */
  #hide(publication) {
    const { participant, source } = publication;
    if (source === 'screen') this.stage.remove(`screen:${participant.identity}`);
    else this.stage.tiles.get(`${source === 'screen_audio' ? 'screen' : 'person'}:${participant.identity}`)?.hide(publication);
  }

  /** @param {import('../switchyard.js').LocalPublication} publication */
  #showOwn(publication) {
    if (publication.source === 'microphone') return this.#own.update({ muted: publication.muted });
    if (publication.kind !== 'video') return;
    const isScreen = publication.source === 'screen';
    if (isScreen) this.stage.add(this.#tile('own:screen', 'Your screen', { isOwn: true, isScreen }));
    const tile = isScreen ? this.stage.tiles.get('own:screen') : this.#own;
    tile?.showLocal(publication);
    publication.on('track', () => tile?.showLocal(publication));
  }

  #count() {
    const count = this.room.participants.size + 1;
    const people = count === 1 ? 'only you' : `${count} people`;
    $('where').textContent = `${this.room.name} · ${people}${this.room.isLocked ? ' · locked' : ''}`;
    this.invitation.show(count === 1);
    $('call-title').textContent = `Call in ${this.room.name}`;
    document.title = `${this.room.name} · Switchyard`;
  }

  #tellConnection() {
    const { state, publisher, subscriber } = this.room;
    const states = [publisher.pc, subscriber.pc].map((pc) => pc?.connectionState);
    const isShaky = states.some((one) => one === 'disconnected' || one === 'failed');
    if (state === 'reconnecting') bannerSays('The connection was lost. Trying to get you back …');
    else if (isShaky) bannerSays('The network is unsteady. Picture and sound may stop for a moment …');
    else bannerSays('');
    $('state').textContent = state === 'reconnecting' ? 'Reconnecting' : isShaky ? 'Unsteady' : 'Connected';
    $('state').dataset.state = state === 'reconnecting' || isShaky ? 'warn' : 'good';
  }
}

/** @param {{name?: string, identity: string}} participant */
function nameOf({ name, identity }) {
  return name ?? identity;
}

/** A browser may want a click before it makes a sound. */
function askForClick() {
  $('sound').hidden = false;
  $('sound').onclick = () => {
    $('sound').hidden = true;
    document.querySelectorAll('audio').forEach((audio) => audio.play().catch(() => {}));
  };
}
