// @ts-check
/**
 * The client library of Switchyard: publish tracks into a room and receive those of the others.
 *
 *     import { join } from '/v1/switchyard.js';
 *
 *     const room = await join({ room: 'lab', identity: 'ada' });
 *     await room.localParticipant.publish('camera');
 *     room.on('track', ({ publication }) => publication.attach(document.querySelector('video')));
 *
 * docs/protocol/client.md is its manual; docs/protocol/native.md is the dialect that it speaks, over one
 * WebSocket and two peer connections.
 *
 * @typedef {import('./switchyard/room.js').JoinOptions} JoinOptions
 * @typedef {import('./switchyard/room.js').RoomEvents} RoomEvents
 * @typedef {import('./switchyard/room.js').Message} Message
 * @typedef {import('./switchyard/room.js').ConnectionState} ConnectionState
 * @typedef {import('./switchyard/local_publication.js').PublishOptions} PublishOptions
 * @typedef {import('./switchyard/devices.js').CaptureOptions} CaptureOptions
 * @typedef {import('./switchyard/messages.js').Source} Source
 * @typedef {import('./switchyard/messages.js').Layer} Layer
 * @typedef {import('./switchyard/messages.js').Decision} Decision
 * @typedef {import('./switchyard/messages.js').Permissions} Permissions
 * @typedef {import('./switchyard/stats.js').RemoteStats} RemoteStats
 * @typedef {import('./switchyard/stats.js').LocalStats} LocalStats
 * @typedef {import('./switchyard/stats.js').RoomStats} RoomStats
 */

import { Room } from './switchyard/room.js';

export * from './switchyard/errors.js';
export * from './switchyard/devices.js';
export { LocalParticipant } from './switchyard/local_participant.js';
export { LocalPublication } from './switchyard/local_publication.js';
export { RemoteParticipant } from './switchyard/remote_participant.js';
export { RemotePublication } from './switchyard/remote_publication.js';
export { Room };

/** The version of this library, as semantic versioning counts. `/v1/switchyard.js` stays compatible with 1. */
export const VERSION = '1.0.0';

/**
 * Joins a room. Tracks to publish are offered right behind the join, without waiting for its answer.
 *
 * @param {string|URL|JoinOptions} options the URL of the connection with its query, or options
 * @returns {Promise<Room>} once this client is in the room
 * @throws {import('./switchyard/errors.js').ConnectError} when the server cannot be reached, or does not let us in
 */
export async function join(options) {
  const room = new Room(typeof options === 'string' || options instanceof URL ? { url: options } : options);
  await room.joined;
  return room;
}
