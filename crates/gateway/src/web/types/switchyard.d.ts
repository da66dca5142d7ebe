/**
 * Joins a room. Tracks to publish are offered right behind the join, without waiting for its answer.
 *
 * @param {string|URL|JoinOptions} options the URL of the connection with its query, or options
 * @returns {Promise<Room>} once this client is in the room
 * @throws {import('./switchyard/errors.js').ConnectError} when the server cannot be reached, or does not let us in
 */
export function join(options: string | URL | JoinOptions): Promise<Room>;
export * from "./switchyard/errors.js";
export * from "./switchyard/devices.js";
export { LocalParticipant } from "./switchyard/local_participant.js";
export { LocalPublication } from "./switchyard/local_publication.js";
export { RemoteParticipant } from "./switchyard/remote_participant.js";
export { RemotePublication } from "./switchyard/remote_publication.js";
export { Room };
/** The version of this library, as semantic versioning counts. `/v1/switchyard.js` stays compatible with 1. */
export const VERSION: "1.0.0";
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
 */
export type JoinOptions = import("./switchyard/room.js").JoinOptions;
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
 */
export type RoomEvents = import("./switchyard/room.js").RoomEvents;
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
 */
export type Message = import("./switchyard/room.js").Message;
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
 */
export type ConnectionState = import("./switchyard/room.js").ConnectionState;
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
 */
export type PublishOptions = import("./switchyard/local_publication.js").PublishOptions;
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
 */
export type CaptureOptions = import("./switchyard/devices.js").CaptureOptions;
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
 */
export type Source = import("./switchyard/messages.js").Source;
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
 */
export type Layer = import("./switchyard/messages.js").Layer;
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
 */
export type Decision = import("./switchyard/messages.js").Decision;
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
 */
export type Permissions = import("./switchyard/messages.js").Permissions;
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
 */
export type RemoteStats = import("./switchyard/stats.js").RemoteStats;
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
 */
export type LocalStats = import("./switchyard/stats.js").LocalStats;
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
 */
export type RoomStats = import("./switchyard/stats.js").RoomStats;
import { Room } from './switchyard/room.js';
