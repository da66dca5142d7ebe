// @ts-check
/**
 * The page: a thin user of switchyard.js.
 *
 * `?room=` and `name=` fill in the form. `identity=` or `token=` joins at once; `publish=1` then begins with
 * camera and microphone. The room is `window.room`.
 */

import { Room, openCamera, openMicrophone } from './switchyard.js';
import { Call } from './page/call.js';
import { $, face } from './page/dom.js';
import { Figures } from './page/figures.js';
import { identityFor, remember, remembered } from './page/memory.js';
import { Panel } from './page/panel.js';
import { Preview } from './page/preview.js';
import { setUpSettings } from './page/settings.js';
import { setUpShortcuts } from './page/shortcuts.js';
import { Stage } from './page/stage.js';
import { setUpTheme } from './page/theme.js';
import { bannerSays, calm, complain } from './page/words.js';

const form = $('enter');
const asked = new URLSearchParams(location.search);
const furniture = { stage: new Stage(), panel: new Panel(() => {}), figures: /** @type {any} */ (null) };
furniture.figures = new Figures(furniture.stage);
const preview = new Preview();

/** @param {'prejoin'|'call'} view */
function show(view) {
  const isCall = view === 'call';
  document.body.dataset.view = view;
  $('prejoin').hidden = isCall;
  $('call').hidden = !isCall;
  $('skip-controls').hidden = !isCall;
  $('state').textContent = isCall ? 'Connected' : '';
  $('state').dataset.state = isCall ? 'good' : '';
  if (!isCall) {
    $('where').textContent = '';
    document.title = 'Switchyard';
  }
}

/** @typedef {{camera: MediaStreamTrack|null, microphone: MediaStreamTrack|null}} Devices */

/** Enters the room. @param {import('./switchyard.js').JoinOptions} target @param {Devices} devices */
async function enter(target, { camera, microphone }) {
  const publish = [
    ...(microphone ? [{ track: microphone, source: /** @type {const} */ ('microphone') }] : []),
    ...(camera ? [{ track: camera, source: /** @type {const} */ ('camera'), stopOnMute: true, deviceId: camera.getSettings().deviceId }] : []),
  ];
  const button = form.querySelector('button[type="submit"]');
  button.disabled = true;
  button.textContent = 'Joining …';
  const room = new Room({ ...target, publish });
  // What is handed over is let go of with the room, however that ends, and at once if it is refused.
  room.on('ended', () => publish.forEach(({ track }) => track.stop()));
  room.published.then((all) => all.forEach(({ status }, index) => status === 'rejected' && publish[index].track.stop()));
  try {
    await room.joined;
    Object.assign(window, { room });
    show('call');
    const call = new Call(room, furniture);
    room.on('ended', ({ error }) => ended(call, error));
    $('main').focus();
  } catch (error) {
    complain(error);
    if (`${/** @type {any} */ (error).code}`.startsWith('token')) $('token-field').hidden = false;
    if (!$('prejoin').hidden) preview.start();
  } finally {
    button.disabled = false;
    button.textContent = 'Join';
  }
}

/** @param {Call} call @param {any} error */
function ended(call, error) {
  call.stop();
  furniture.panel.close();
  document.querySelectorAll('dialog[open]').forEach((/** @type {any} */ dialog) => dialog.close());
  bannerSays('');
  show('prejoin');
  preview.start();
  form.querySelector('button[type="submit"]').focus();
  if (error.code !== 'left') complain(error);
}

/** Opens what the address asks for; what cannot be had is said, and the call begins without it. */
async function devicesAsked() {
  /** @type {Devices} */
  const devices = { camera: null, microphone: null };
  if (asked.get('publish') !== '1') return devices;
  const fault = (/** @type {any} */ error) => (complain(error), null);
  devices.microphone = await openMicrophone().catch(fault);
  devices.camera = await openCamera().catch(fault);
  return devices;
}

form.onsubmit = (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  calm();
  const { room, name, token } = form.elements;
  remember({ name: name.value });
  // So that the address leads here again, also when it is handed on.
  if (!token.value) history.replaceState(null, '', `/?${new URLSearchParams({ room: room.value })}`);
  const who = token.value ? { token: token.value } : { identity: identityFor(name.value) };
  enter({ room: room.value, name: name.value || undefined, ...who }, preview.take());
};

setUpTheme();
setUpShortcuts(() => furniture.panel.close());
setUpSettings(furniture.stage, furniture.figures);
$('layout').onclick = () => furniture.stage.setLayout($('layout').getAttribute('aria-pressed') === 'true' ? 'grid' : 'speaker');
face($('problem-close'), 'close', 'Dismiss');
$('problem-close').onclick = calm;

form.elements.room.value = asked.get('room') ?? 'lobby';
form.elements.name.value = asked.get('name') ?? asked.get('identity') ?? remembered().name ?? '';
form.elements.token.value = asked.get('token') ?? '';
$('token-field').hidden = !asked.has('token');
// A token may bring a name.
form.elements.name.required = !asked.has('token');

if (asked.has('room') && (asked.has('identity') || asked.has('token'))) {
  const [room, identity, token, name] = ['room', 'identity', 'token', 'name'].map((key) => asked.get(key) ?? undefined);
  devicesAsked().then((devices) => enter({ room, identity, token, name }, devices));
} else {
  preview.start();
}
