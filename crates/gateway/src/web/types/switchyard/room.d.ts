/**
 * @typedef {import('./session.js').Target} Target
 * @typedef {import('./session.js').ConnectionState} ConnectionState
 * @typedef {import('./local_publication.js').LocalPublication} LocalPublication
 * @typedef {import('./local_publication.js').PublishOptions} PublishOptions
 * @typedef {import('./remote_publication.js').RemotePublication} RemotePublication
 *
 * @typedef {object} JoinExtras
 * @property {string} [name] for people to read
 * @property {boolean} [autoSubscribe] receive everything (true)
 * @property {({track: MediaStreamTrack} & PublishOptions)[]} [publish] tracks to offer right behind the join
 * @property {RTCConfiguration} [rtc] for both peer connections
 * @property {number} [timeout] milliseconds that joining may take (15 000)
 * @property {boolean|number} [reconnect] come back after a loss (true), or for how many milliseconds that is tried (60 000)
 * @typedef {Target & JoinExtras} JoinOptions
 *
 * @typedef {{number: number, from: string|null, to: string|null, text: string, at: Date}} Message
 *
 * @typedef {object} OwnRoomEvents
 * @property {{state: ConnectionState, error: SwitchyardError|null}} connection-state
 * @property {{connection: 'publish'|'subscribe', state: string, reason: string|null}} connection-changed one of the peer connections
 * @property {Message} message
 * @property {{missed: number}} messages-missed some were lost while reconnecting
 * @property {{metadata: string|null, locked: boolean, codecs: import('./messages.js').Codecs|null}} room-changed
 * @property {{error: unknown}} error something in the background went wrong; the session goes on
 * @property {{error: SwitchyardError}} ended nothing follows; `error.code` is the reason
 * @typedef {import('./roster.js').RosterEvents & OwnRoomEvents} RoomEvents
 */
/** @extends {Emitter<RoomEvents>} */
export class Room extends Emitter<RoomEvents> {
    /** @param {JoinOptions} options */
    constructor({ rtc, publish, autoSubscribe, name, timeout, ...target }: JoinOptions);
    /** @type {string|null} known once joined */
    name: string | null;
    /** @type {string|null} */
    metadata: string | null;
    /** Whether nobody but administrators may enter. */
    isLocked: boolean;
    /** @type {import('./messages.js').Codecs|null} what the room takes of those who publish; known once joined */
    codecs: import("./messages.js").Codecs | null;
    session: Session;
    signalling: import("./signalling.js").Signalling;
    publisher: Publisher;
    subscriber: Subscriber;
    /** This client, and what it publishes. */
    localParticipant: LocalParticipant;
    /** What administrators may do to others. */
    moderation: Moderation;
    /** @type {Promise<void>} resolves when this client is in the room for the first time */
    joined: Promise<void>;
    /** @type {Promise<PromiseSettledResult<LocalPublication>[]>} what became of the tracks to publish */
    published: Promise<PromiseSettledResult<LocalPublication>[]>;
    online: () => Promise<void>;
    pagehide: ({ persisted }: PageTransitionEvent) => void;
    /** @type {ConnectionState} */
    get state(): ConnectionState;
    /** The others, by identity. */
    get participants(): Map<string, import("./remote_participant.js").RemoteParticipant>;
    get identity(): string | null;
    /** What this client publishes. */
    get publications(): import("./local_publication.js").LocalPublication[];
    /**
     * Publishes a track; the same as `localParticipant.publish`.
     * @param {MediaStreamTrack|({track: MediaStreamTrack} & PublishOptions)} what @param {PublishOptions} [options]
     */
    publish(what: MediaStreamTrack | ({
        track: MediaStreamTrack;
    } & PublishOptions), options?: PublishOptions): Promise<import("./local_publication.js").LocalPublication>;
    /** Chooses the highest layer wanted. @param {RemotePublication} publication @param {number|null} layer */
    setMaxLayer(publication: RemotePublication, layer: number | null): Promise<void>;
    /**
     * Sends a text to everybody, or to one.
     * @param {string} text @param {{to?: string|{identity: string}}} [options]
     * @returns {Promise<{number: number}>} once the server has taken it; its place in the order of messages
     */
    sendMessage(text: string, { to }?: {
        to?: string | {
            identity: string;
        };
    }): Promise<{
        number: number;
    }>;
    /** The time a message takes to the server and back, in milliseconds. */
    ping(): Promise<number>;
    /** What both connections carry. */
    stats(): Promise<import("./stats.js").RoomStats>;
    /** Goes away. Resolves when the server has confirmed, or after two seconds without. */
    leave(): Promise<void>;
    #private;
}
export type Target = import("./session.js").Target;
export type ConnectionState = import("./session.js").ConnectionState;
export type LocalPublication = import("./local_publication.js").LocalPublication;
export type PublishOptions = import("./local_publication.js").PublishOptions;
export type RemotePublication = import("./remote_publication.js").RemotePublication;
export type JoinExtras = {
    /**
     * for people to read
     */
    name?: string | undefined;
    /**
     * receive everything (true)
     */
    autoSubscribe?: boolean | undefined;
    /**
     * tracks to offer right behind the join
     */
    publish?: ({
        track: MediaStreamTrack;
    } & import("./encodings.js").SendOptions & import("./devices.js").CaptureOptions & {
        source?: import("./messages.js").Source;
        name?: string;
        muted?: boolean;
        stopOnMute?: boolean;
    })[] | undefined;
    /**
     * for both peer connections
     */
    rtc?: RTCConfiguration | undefined;
    /**
     * milliseconds that joining may take (15 000)
     */
    timeout?: number | undefined;
    /**
     * come back after a loss (true), or for how many milliseconds that is tried (60 000)
     */
    reconnect?: number | boolean | undefined;
};
export type JoinOptions = Target & JoinExtras;
export type Message = {
    number: number;
    from: string | null;
    to: string | null;
    text: string;
    at: Date;
};
export type OwnRoomEvents = {
    "connection-state": {
        state: ConnectionState;
        error: SwitchyardError | null;
    };
    /**
     * one of the peer connections
     */
    "connection-changed": {
        connection: "publish" | "subscribe";
        state: string;
        reason: string | null;
    };
    message: Message;
    /**
     * some were lost while reconnecting
     */
    "messages-missed": {
        missed: number;
    };
    "room-changed": {
        metadata: string | null;
        locked: boolean;
        codecs: import("./messages.js").Codecs | null;
    };
    /**
     * something in the background went wrong; the session goes on
     */
    error: {
        error: unknown;
    };
    /**
     * nothing follows; `error.code` is the reason
     */
    ended: {
        error: SwitchyardError;
    };
};
export type RoomEvents = import("./roster.js").RosterEvents & OwnRoomEvents;
import { Emitter } from './events.js';
import { Session } from './session.js';
import { Publisher } from './publisher.js';
import { Subscriber } from './subscriber.js';
import { LocalParticipant } from './local_participant.js';
import { Moderation } from './moderation.js';
import { SwitchyardError } from './errors.js';
