// @ts-check
/** What went wrong, in plain words, and what to do about it. */

import { $, announce } from './dom.js';

/** @type {Record<string, [string, string]>} by the error's code */
const WORDS = {
  unreachable: ['The server cannot be reached.', 'Check your network connection, then try again.'],
  timeout: ['The server does not answer.', 'Wait a moment and try again.'],
  websocket_blocked: ['Something between you and the server blocks calls.', 'Try without a VPN or proxy, or ask whoever runs your network.'],
  connection_lost: ['The connection was lost.', 'Check your network, then join again.'],
  token_missing: ['This room needs an invitation.', 'Open the link you were sent, or paste its token below.'],
  token_invalid: ['Your invitation is not valid, or no longer.', 'Ask for a new one.'],
  token_expired: ['Your invitation has expired.', 'Ask for a new one.'],
  token_revoked: ['Your invitation was withdrawn.', 'Ask whoever invited you.'],
  token_for_other_room: ['Your invitation is for another room.', 'Open the link you were sent for this room.'],
  token_for_other_identity: ['Your invitation is for somebody else.', 'Ask for one of your own.'],
  room_locked: ['The room is locked.', 'Ask somebody inside to let you in, then try again.'],
  banned: ['You were removed from this room.', 'You can come back later.'],
  full: ['The server is full.', 'Try again in a few minutes.'],
  limit_reached: ['There is no room for more right now.', 'Try again when somebody has left.'],
  quota_reached: ['There is no room for more right now.', 'Try again when somebody has left.'],
  cap_reached: ['You may not share more than this.', 'Stop sharing something else first.'],
  draining: ['The server is about to stop and lets nobody new in.', 'Try again in a few minutes.'],
  overloaded: ['The server has too much to do right now.', 'Try again in a minute.'],
  too_slow: ['Your device or network could not keep up with the call.', 'Close other programs, then join again.'],
  protocol_error: ['The server did not understand this page.', 'Reload it, then join again.'],
  bad_name: ['That name cannot be used here.', 'Take a shorter one, in plain letters.'],
  key_rate_limited: ['Too many people are coming in at once.', 'Wait a few seconds and try again.'],
  rate_limited: ['That was too fast.', 'Wait a few seconds and try again.'],
  stopping: ['The server is being restarted.', 'Join again in a minute.'],
  server_stopping: ['The server was restarted.', 'Join again in a minute.'],
  replaced: ['You joined from somewhere else.', 'Only the newer window stays in the call.'],
  resumed_elsewhere: ['The call goes on in another window.', 'Close this one.'],
  kicked: ['A moderator removed you from the room.', 'Ask them if you think it was a mistake.'],
  room_ended: ['The call was ended for everybody.', ''],
  not_permitted: ['You are not allowed to do that here.', 'Ask whoever invited you for the permission.'],
  no_usable_codec: ['Your browser and the server have no video format in common.', 'Try a current version of another browser.'],
  codec_not_allowed: ['The room does not allow that video format.', 'Choose another one.'],
  unknown_type: ['This server is too old for that.', ''],
  message_too_long: ['That message is too long.', 'Send it in parts.'],
  metadata_too_long: ['That is too long.', 'Leave something out.'],
  unknown_participant: ['They are no longer in the room.', ''],
  publish_failed: ['Your picture and sound do not get through.', 'Your network may block calls: try another one, or turn off a VPN.'],
  subscribe_failed: ['Nothing comes through from the others.', 'Your network may block calls: try another one, or turn off a VPN.'],
  insecure_context: ['The browser gives no camera or microphone to this page.', 'Open it by an address that begins with https.'],
  not_supported: ['This browser cannot share a screen.', 'Use a desktop browser for that.'],
};

/** @type {Record<string, [string, string]>} by the error's code, for a device */
const DEVICE_WORDS = {
  permission_denied: ['The browser was not allowed to use your %.', 'Click the icon beside the address, allow the %, and try again.'],
  device_not_found: ['No % was found.', 'Plug one in or choose another; you can join without.'],
  device_in_use: ['Your % is in use by another program.', 'Close that program, then try again.'],
  device_failed: ['Your % could not be started.', 'Unplug it and plug it in again, or choose another.'],
};

/** @type {Record<string, string>} what a publication shows, by its source */
const SOURCES = { camera: 'use your camera', microphone: 'use your microphone', screen: 'share your screen', screen_audio: 'share your sound' };

/** @param {any} error @returns {[string, string]} what is wrong, and what to do */
export function wordsFor(error) {
  if (error?.code === 'kicked' && error.words) return [WORDS.kicked[0], `They say: “${error.words}”`];
  if (error?.code === 'not_permitted' && SOURCES[error.field]) {
    return [`You may not ${SOURCES[error.field]} in this room.`, WORDS.not_permitted[1]];
  }
  if (error?.field === 'screen' && error.code === 'permission_denied') return ['Your screen is not shared.', ''];
  const device = DEVICE_WORDS[error?.code];
  if (device) return /** @type {[string, string]} */ (device.map((text) => text.replaceAll('%', error.field ?? 'device')));
  return WORDS[error?.code] ?? [sentence(`${error?.message ?? error}`), ''];
}

/** @param {string} text */
function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}

/** Shows what went wrong until it is dismissed. @param {any} error */
export function complain(error) {
  console.warn(error);
  const [title, todo] = wordsFor(error);
  $('problem-title').textContent = title;
  $('problem-todo').textContent = todo;
  $('problem').hidden = false;
}

export function calm() {
  $('problem').hidden = true;
}

/** How long something that asks for nothing is shown. */
const NOTICE_MS = 8_000;

/** @type {ReturnType<typeof setTimeout>|undefined} */
let noticeEnds;

/** Says something that asks for nothing, for a while. @param {string} text */
export function tell(text) {
  hush();
  $('notice').textContent = text;
  $('notice').hidden = false;
  noticeEnds = setTimeout(hush, NOTICE_MS);
}

/** Takes back what was told. */
export function hush() {
  clearTimeout(noticeEnds);
  $('notice').hidden = true;
}

/** What is going on, to be seen and heard; nothing when all is well. @param {string} text */
export function bannerSays(text) {
  $('banner').hidden = !text;
  $('banner-text').textContent = text;
}

export { announce };
