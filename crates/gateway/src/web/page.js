// @ts-check
/**
 * The demonstration page: a thin user of switchyard.js.
 *
 * `?room=&identity=` fill in the form and join at once; `publish=1` begins with camera and microphone,
 * `token=` is shown to the server. The room is `window.room`.
 */

import { join } from '/switchyard.js';

const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const form = $('enter');
const asked = new URLSearchParams(location.search);

/** @type {import('/switchyard.js').Room|null} */
let room = null;
/** Own tracks by what they come from. @type {Map<string, any>} */
const own = new Map();
/** Tiles by what they show. @type {Map<string, Tile>} */
const tiles = new Map();

/** A picture with the name of whose it is. */
class Tile {
  constructor(/** @type {string} */ key, /** @type {string} */ name, classes = '') {
    this.element = $('tile').content.firstElementChild.cloneNode(true);
    this.video = this.element.querySelector('video');
    this.element.className += ` ${classes}`;
    this.element.querySelector('.name').textContent = name;
    this.video.setAttribute('aria-label', name);
    this.stream = new MediaStream();
    this.video.srcObject = this.stream;
    this.video.addEventListener('resize', () => {
      const { videoWidth: width, videoHeight: height } = this.video;
      this.element.querySelector('.size').textContent = width ? `${width}×${height}` : '';
    });
    $('tiles').append(this.element);
    tiles.set(key, this);
  }

  /** Shows a track in place of the one of its kind. @param {MediaStreamTrack} track */
  show(track) {
    for (const other of this.stream.getTracks()) {
      if (other.kind === track.kind && other !== track) this.stream.removeTrack(other);
    }
    this.stream.addTrack(track);
    // A browser may want a click before it makes a sound.
    this.video.play().catch(() => ($('sound').hidden = false));
  }

  /** @param {MediaStreamTrack} track */
  hide(track) {
    this.stream.removeTrack(track);
  }

  setMuted(/** @type {boolean} */ muted) {
    this.element.querySelector('.muted').hidden = !muted;
  }

  /** Lets the viewer choose a layer of a publication. */
  offerLayers(/** @type {any} */ publication) {
    const label = this.element.querySelector('.layer');
    const select = label.querySelector('select');
    label.hidden = publication.encodings < 2;
    select.onchange = () => {
      const layer = select.value === '' ? null : Number(select.value);
      room?.setMaxLayer(publication, layer).catch(complain);
    };
  }
}

function removeTile(/** @type {string} */ key) {
  tiles.get(key)?.element.remove();
  tiles.delete(key);
}

const isScreen = (/** @type {string} */ source) => source.startsWith('screen');

/** The tile of a participant's camera and microphone, or that of their screen and its sound. */
function tileOf(/** @type {any} */ participant, /** @type {string} */ source) {
  const key = `${isScreen(source) ? 'screen' : 'person'}:${participant.identity}`;
  const name = participant.name ?? participant.identity;
  return tiles.get(key) ?? (isScreen(source) ? new Tile(key, `${name}: screen`, 'screen') : new Tile(key, name));
}

function say(/** @type {string} */ text) {
  $('state').textContent = text;
}

function complain(/** @type {any} */ error) {
  console.error(error);
  const words = {
    NotAllowedError: 'The browser was not allowed to use that device.',
    NotFoundError: 'There is no such device.',
    NotReadableError: 'Another program is using that device.',
  };
  $('problem').textContent = /** @type {any} */ (words)[error?.name] ?? `${error?.message ?? error}`;
  $('problem').hidden = false;
  if (String(error?.code).startsWith('token')) $('token-field').hidden = false;
}

/** What the form asks for, as tracks to publish. */
async function capture(/** @type {boolean} */ camera, /** @type {boolean} */ microphone) {
  if (!camera && !microphone) return [];
  const video = camera && { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video, audio: microphone });
  return stream.getTracks().map((track) => ({
    track,
    source: /** @type {'camera'|'microphone'} */ (track.kind === 'video' ? 'camera' : 'microphone'),
  }));
}

function keep(/** @type {any} */ publication) {
  const { source, track } = publication;
  own.set(source, publication);
  $(source)?.setAttribute('aria-pressed', 'true');
  if (track.kind !== 'video') return;
  const key = `own:${source}`;
  const tile = tiles.get(key) ?? new Tile(key, isScreen(source) ? 'Your screen' : 'You', `own ${source}`);
  tile.video.muted = true;
  tile.show(track);
  track.addEventListener('ended', () => drop(source).catch(complain));
}

/** Stops publishing what comes from a source. */
async function drop(/** @type {string} */ source) {
  const publication = own.get(source);
  if (!publication) return;
  own.delete(source);
  publication.track.stop();
  removeTile(`own:${source}`);
  $(source)?.setAttribute('aria-pressed', 'false');
  await publication.unpublish();
}

function listen(/** @type {import('/switchyard.js').Room} */ room) {
  const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ act) =>
    room.addEventListener(type, (event) => act(/** @type {CustomEvent} */ (event).detail));

  const count = () => say(`In “${room.name}” as ${room.identity}, with ${room.participants.size} other${room.participants.size === 1 ? '' : 's'}`);
  on('participant-joined', ({ participant }) => (tileOf(participant, 'camera'), count()));
  on('participant-left', ({ participant: { identity } }) => {
    removeTile(`person:${identity}`);
    removeTile(`screen:${identity}`);
    count();
  });
  on('publication-added', ({ participant, publication }) => {
    const tile = tileOf(participant, publication.source);
    if (publication.kind === 'video') tile.offerLayers(publication);
    else tile.setMuted(publication.muted);
  });
  on('publication-removed', ({ participant, publication }) => {
    if (publication.source === 'screen') removeTile(`screen:${participant.identity}`);
  });
  on('publication-muted', ({ participant, publication }) => {
    if (publication.kind === 'audio') tileOf(participant, publication.source).setMuted(publication.muted);
  });
  on('track', ({ participant, publication, track }) => tileOf(participant, publication.source).show(track));
  on('track-removed', ({ participant, publication, track }) => {
    tiles.get(`${isScreen(publication.source) ? 'screen' : 'person'}:${participant.identity}`)?.hide(track);
  });
  on('connection-changed', ({ connection, state, reason }) => {
    if (state === 'connected') count();
    if (state === 'disconnected') say(`The ${connection} connection is interrupted …`);
    if (state === 'failed' || state === 'ended') say(`The ${connection} connection failed${reason ? ` (${reason})` : ''}; trying again …`);
  });
  on('error', ({ error }) => complain(error));
  on('ended', ({ error }) => ended(error));
}

async function enter() {
  const { room: name, identity, token, camera, microphone } = form.elements;
  const button = form.querySelector('button');
  button.disabled = true;
  $('problem').hidden = true;
  say('Joining …');
  try {
    const publish = await capture(camera.checked, microphone.checked);
    room = await join({ room: name.value, identity: identity.value, token: token.value, publish }).catch((error) => {
      publish.forEach(({ track }) => track.stop());
      throw error;
    });
    Object.assign(window, { room });
    form.hidden = true;
    $('room').hidden = false;
    listen(room);
    say(`In “${room.name}” as ${room.identity}`);
    for (const participant of room.participants.values()) replay(participant);
    for (const one of await room.published) if (one.status === 'fulfilled') keep(one.value);
  } catch (error) {
    say('Not in a room');
    complain(error);
  } finally {
    button.disabled = false;
  }
}

/** Shows what came with the answer to the join, before anybody listened. */
function replay(/** @type {any} */ participant) {
  tileOf(participant, 'camera');
  for (const publication of participant.publications.values()) {
    const tile = tileOf(participant, publication.source);
    if (publication.kind === 'video') tile.offerLayers(publication);
    else tile.setMuted(publication.muted);
    if (publication.track) tile.show(publication.track);
  }
}

function ended(/** @type {any} */ error) {
  own.forEach(({ track }) => track.stop());
  own.clear();
  [...tiles.keys()].forEach(removeTile);
  ['camera', 'microphone', 'screen'].forEach((source) => $(source).setAttribute('aria-pressed', 'false'));
  form.hidden = false;
  $('room').hidden = true;
  say('Not in a room');
  if (error.code !== 'left') complain(error);
}

/** A device that is published is muted and unmuted; one that is not is published. */
async function toggle(/** @type {'camera'|'microphone'} */ source) {
  const publication = own.get(source);
  if (publication) {
    await publication.mute(!publication.muted);
    $(source).setAttribute('aria-pressed', String(!publication.muted));
    return;
  }
  const [options] = await capture(source === 'camera', source === 'microphone');
  keep(await room?.publish(options));
}

async function toggleScreen() {
  if (own.has('screen')) return drop('screen');
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15 } } });
  keep(await room?.publish({ track: stream.getVideoTracks()[0], source: 'screen' }));
}

$('microphone').onclick = () => toggle('microphone').catch(complain);
$('camera').onclick = () => toggle('camera').catch(complain);
$('screen').onclick = () => toggleScreen().catch(complain);
$('leave').onclick = () => room?.leave();
$('sound').onclick = () => {
  $('sound').hidden = true;
  tiles.forEach(({ video }) => video.play().catch(complain));
};
form.onsubmit = (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  enter();
};

form.elements.room.value = asked.get('room') ?? 'lobby';
form.elements.identity.value = asked.get('identity') ?? `guest-${Math.random().toString(36).slice(2, 7)}`;
form.elements.token.value = asked.get('token') ?? '';
$('token-field').hidden = !asked.has('token');
if (asked.has('publish')) {
  form.elements.camera.checked = form.elements.microphone.checked = asked.get('publish') === '1';
}
if (asked.has('room') && (asked.has('identity') || asked.has('token'))) {
  if (!asked.has('publish')) form.elements.camera.checked = form.elements.microphone.checked = false;
  enter();
}
