// @ts-check
/** Cameras, microphones and screens, with errors that say what is wrong. */

import { DeviceError, deviceError } from './errors.js';

/**
 * @typedef {object} CaptureOptions
 * @property {string} [deviceId] which camera or microphone; any, if left out
 * @property {number} [width] of the picture wished for (1280)
 * @property {number} [height] of the picture wished for (720)
 * @property {number} [frameRate] pictures a second wished for (30; 15 for screens)
 * @property {'user'|'environment'} [facingMode] which side of a phone
 * @property {boolean} [echoCancellation] (true)
 * @property {boolean} [noiseSuppression] (true)
 * @property {boolean} [autoGainControl] (true)
 * @property {boolean} [stereo] two channels of sound, unfiltered (false)
 * @property {boolean} [audio] share the sound of the screen as well (false)
 */

/** Opens a camera. @param {CaptureOptions} [options] @returns {Promise<MediaStreamTrack>} */
export async function openCamera({ deviceId, width = 1280, height = 720, frameRate = 30, facingMode } = {}) {
  const video = {
    ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
    ...(facingMode ? { facingMode } : {}),
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: frameRate },
  };
  return (await capture('camera', { video })).getVideoTracks()[0];
}

/** Opens a microphone. @param {CaptureOptions} [options] @returns {Promise<MediaStreamTrack>} */
export async function openMicrophone({ deviceId, stereo = false, ...filters } = {}) {
  const { echoCancellation = !stereo, noiseSuppression = !stereo, autoGainControl = !stereo } = filters;
  const audio = {
    ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
    ...(stereo ? { channelCount: { ideal: 2 } } : {}),
    echoCancellation,
    noiseSuppression,
    autoGainControl,
  };
  return (await capture('microphone', { audio })).getAudioTracks()[0];
}

/** Asks for a screen, a window or a tab. @param {CaptureOptions} [options] @returns {Promise<MediaStreamTrack[]>} */
export async function openScreen({ audio = false, frameRate = 15 } = {}) {
  const get = navigator.mediaDevices?.getDisplayMedia?.bind(navigator.mediaDevices);
  if (!get) throw new DeviceError('not_supported', 'screen: this browser cannot share one', { field: 'screen' });
  try {
    return (await get({ video: { frameRate: { ideal: frameRate } }, audio })).getTracks();
  } catch (cause) {
    throw deviceError('screen', cause);
  }
}

/**
 * Cameras, microphones or loudspeakers. Their labels are empty until one of them has been opened.
 * @param {MediaDeviceKind} kind
 */
export async function listDevices(kind) {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices.filter((device) => device.kind === kind && device.deviceId);
}

/** Calls `listener` whenever a device is plugged in or out. @param {() => void} listener @returns {() => void} what stops it */
export function onDevicesChanged(listener) {
  navigator.mediaDevices?.addEventListener?.('devicechange', listener);
  return () => navigator.mediaDevices?.removeEventListener?.('devicechange', listener);
}

/** @param {'camera'|'microphone'} device @param {MediaStreamConstraints} constraints */
async function capture(device, constraints) {
  if (!navigator.mediaDevices?.getUserMedia) {
    const words = `${device}: browsers give it only to pages that were loaded over https or from this machine`;
    throw new DeviceError('insecure_context', words, { field: device });
  }
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (cause) {
    throw deviceError(device, cause);
  }
}
