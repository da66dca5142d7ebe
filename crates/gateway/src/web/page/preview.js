// @ts-check
/** The camera and microphone before the call: chosen, looked at, and handed over when joining. */

import { listDevices, onDevicesChanged, openCamera, openMicrophone } from '../switchyard.js';
import { $, el, face, initials, tint } from './dom.js';
import { watchLevel } from './level.js';
import { remember, remembered } from './memory.js';
import { wordsFor } from './words.js';

/** @typedef {'camera'|'microphone'} Device */

/** @type {Record<Device, (options: {deviceId?: string}) => Promise<MediaStreamTrack>>} */
const OPEN = { camera: openCamera, microphone: openMicrophone };

export class Preview {
  /** @type {Record<Device, MediaStreamTrack|null>} */
  tracks = { camera: null, microphone: null };
  /** @type {Record<Device, boolean>} what is wanted, whether or not it could be had */
  wanted;
  #stopLevel = () => {};
  #stopWatching = () => {};
  /** @type {Record<Device, any>} why it could not be had */
  #faults = { camera: null, microphone: null };

  constructor() {
    const { cameraOn = true, microphoneOn = true } = remembered();
    this.wanted = { camera: cameraOn, microphone: microphoneOn };
    for (const device of /** @type {Device[]} */ (['camera', 'microphone'])) {
      $(`preview-${device}`).onclick = () => this.toggle(device);
      $(`${device}-choice`).onchange = () => this.choose(device, $(`${device}-choice`).value);
    }
  }

  /** Opens what is wanted, one after the other so that a browser asks once at a time. */
  async start() {
    this.#stopWatching = onDevicesChanged(() => this.#list());
    this.#faults = { camera: null, microphone: null };
    this.#show();
    for (const device of /** @type {Device[]} */ (['camera', 'microphone'])) {
      if (this.wanted[device]) await this.#open(device);
    }
  }

  /** Ends the preview and hands its tracks over. */
  take() {
    const { tracks } = this;
    this.tracks = { camera: null, microphone: null };
    this.stop();
    return tracks;
  }

  stop() {
    this.#stopLevel();
    this.#stopWatching();
    this.#close('camera');
    this.#close('microphone');
  }

  /** @param {Device} device */
  async toggle(device) {
    this.wanted[device] = !this.wanted[device];
    remember({ [`${device}On`]: this.wanted[device] });
    if (this.wanted[device]) await this.#open(device);
    else this.#close(device);
  }

  /** @param {Device} device @param {string} deviceId */
  async choose(device, deviceId) {
    remember({ [device]: deviceId });
    this.wanted[device] = true;
    await this.#open(device);
  }

  /** @param {Device} device */
  async #open(device) {
    this.#close(device);
    try {
      const deviceId = remembered()[device];
      const track = await OPEN[device]({ deviceId }).catch((error) => {
        // What was chosen last time may not be there today.
        if (deviceId && error.code === 'device_not_found') return OPEN[device]({});
        throw error;
      });
      if (!this.wanted[device]) return track.stop();
      this.tracks[device] = track;
      this.#faults[device] = null;
    } catch (error) {
      this.wanted[device] = false;
      this.#faults[device] = error;
    }
    this.#show();
    await this.#list();
  }

  /** @param {Device} device */
  #close(device) {
    this.tracks[device]?.stop();
    this.tracks[device] = null;
    this.#show();
  }

  async #list() {
    await fillChoices($('camera-choice'), 'camera', this.tracks.camera);
    await fillChoices($('microphone-choice'), 'microphone', this.tracks.microphone);
  }

  #show() {
    const { camera, microphone } = this.tracks;
    const video = $('preview-video');
    video.srcObject = camera ? new MediaStream([camera]) : null;
    video.hidden = !camera;
    const name = $('enter').elements.name.value;
    $('preview-avatar').textContent = initials(name);
    $('preview-avatar').className = `avatar ${tint(name)}`;
    const words = this.#complaint();
    $('preview-note').textContent = words || (camera ? '' : 'Your camera is off');
    $('preview-note').classList.toggle('fault', Boolean(words));
    switchFace($('preview-camera'), 'camera', Boolean(camera));
    switchFace($('preview-microphone'), 'mic', Boolean(microphone));
    this.#meter(microphone);
  }

  #complaint() {
    const { camera, microphone } = this.#faults;
    const isSame = camera && microphone && camera.code === microphone.code;
    const fault = isSame ? { code: camera.code, field: 'camera and microphone' } : camera ?? microphone;
    return fault ? wordsFor(fault).join(' ') : '';
  }

  /** @param {MediaStreamTrack|null} track */
  #meter(track) {
    this.#stopLevel();
    const bar = $('level');
    const tell = (/** @type {number} */ level) => {
      bar.firstElementChild.style.transform = `scaleX(${level.toFixed(3)})`;
      bar.setAttribute('aria-valuenow', String(Math.round(level * 100)));
    };
    tell(0);
    this.#stopLevel = track ? watchLevel(track, tell) : () => {};
  }
}

/** @param {HTMLElement} button @param {'camera'|'mic'} name @param {boolean} isOn */
export function switchFace(button, name, isOn) {
  const device = name === 'mic' ? 'microphone' : 'camera';
  face(button, isOn ? name : `${name}-off`, `Turn ${device} ${isOn ? 'off' : 'on'}`);
  button.setAttribute('aria-pressed', String(isOn));
}

/**
 * Fills a list with the devices there are.
 * @param {HTMLSelectElement} select @param {Device} device @param {MediaStreamTrack|null} current
 */
export async function fillChoices(select, device, current) {
  const devices = await listDevices(device === 'camera' ? 'videoinput' : 'audioinput').catch(() => []);
  const options = devices.map((one, index) =>
    el('option', { value: one.deviceId, textContent: one.label || `${device} ${index + 1}` }));
  select.replaceChildren(...(options.length ? options : [el('option', { value: '', textContent: 'none found yet' })]));
  select.disabled = !options.length;
  const chosen = current?.getSettings().deviceId ?? remembered()[device];
  if (devices.some(({ deviceId }) => deviceId === chosen)) select.value = /** @type {string} */ (chosen);
}
