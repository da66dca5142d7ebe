// @ts-check
/** The dialog in which devices and the look are chosen during a call. */

import { onDevicesChanged } from '../switchyard.js';
import { $, face } from './dom.js';
import { remember } from './memory.js';
import { fillChoices } from './preview.js';
import { complain } from './words.js';

/** @param {import('./stage.js').Stage} stage @param {import('./figures.js').Figures} figures */
export function setUpSettings(stage, figures) {
  document.querySelectorAll('[data-icon]').forEach((/** @type {any} */ button) => face(button, button.dataset.icon));
  face($('settings'), 'settings', 'Settings');
  $('settings').onclick = () => $('settings-dialog').showModal();
  $('settings-figures').onchange = () => figures.show($('settings-figures').checked);
  document.querySelectorAll('input[name="layout"]').forEach((/** @type {any} */ input) => (input.onchange = () => stage.setLayout(input.value)));
}

/** Lets devices be changed in a call. @param {import('../switchyard.js').Room} room @returns {() => void} what stops it */
export function offerDevices(room) {
  const local = room.localParticipant;
  const list = () => {
    fillChoices($('settings-camera'), 'camera', local.get('camera')?.track ?? null);
    fillChoices($('settings-microphone'), 'microphone', local.get('microphone')?.track ?? null);
  };
  for (const device of /** @type {const} */ (['camera', 'microphone'])) {
    $(`settings-${device}`).onchange = () => {
      const deviceId = $(`settings-${device}`).value;
      remember({ [device]: deviceId });
      local.get(device)?.setDevice(deviceId).catch(complain);
    };
  }
  const stop = onDevicesChanged(list);
  const stopListening = [local.on('publication-added', list), local.on('publication-removed', list)];
  list();
  return () => [stop, ...stopListening].forEach((end) => end());
}
