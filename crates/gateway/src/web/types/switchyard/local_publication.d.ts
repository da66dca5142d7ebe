/**
 * @typedef {import('./encodings.js').SendOptions & import('./devices.js').CaptureOptions & {
 *   source?: import('./messages.js').Source, name?: string, muted?: boolean, stopOnMute?: boolean
 * }} PublishOptions `stopOnMute` lets go of the device while muted, so that its light is off, and takes it again
 *   afterwards (true for a camera that this library opened)
 *
 * @typedef {object} LocalPublicationEvents
 * @property {{muted: boolean, by: 'you'|'moderator'}} muted
 * @property {{track: MediaStreamTrack}} track another track takes its place
 * @property {{why: string|null}} unpublished it is over; `why` when the server ended it
 * @property {{publication: LocalPublication}} ended the device was unplugged, or the sharing stopped by the browser
 */
/** @extends {Emitter<LocalPublicationEvents>} */
export class LocalPublication extends Emitter<LocalPublicationEvents> {
    /**
     * @param {import('./publisher.js').Publisher} publisher @param {RTCRtpTransceiver} transceiver
     * @param {MediaStreamTrack} track @param {PublishOptions} options
     */
    constructor(publisher: import("./publisher.js").Publisher, transceiver: RTCRtpTransceiver, track: MediaStreamTrack, options: PublishOptions);
    /** @type {number|null} its number, once the server has accepted it */
    id: number | null;
    /** @type {import('./errors.js').SwitchyardError|null} why the server did not */
    refused: import("./errors.js").SwitchyardError | null;
    /** @type {{transceiver: RTCRtpTransceiver, id: number|null}|null} the same in a codec that more can decode */
    backup: {
        transceiver: RTCRtpTransceiver;
        id: number | null;
    } | null;
    /** Whether this library opened its device. */
    isOpened: boolean;
    publisher: import("./publisher.js").Publisher;
    transceiver: RTCRtpTransceiver;
    options: PublishOptions;
    source: import("./messages.js").Source;
    name: string | undefined;
    muted: boolean;
    track: MediaStreamTrack;
    /** `audio` or `video`. */
    get kind(): "audio" | "video";
    /** Sends another track of the same kind in its place; nobody has to be told. @param {MediaStreamTrack} track */
    replaceTrack(track: MediaStreamTrack): Promise<void>;
    /** Takes another camera or microphone. @param {string} deviceId */
    setDevice(deviceId: string): Promise<void>;
    /**
     * Silences or unsilences it for everybody.
     * @param {boolean} [muted]
     * @throws {import('./errors.js').DeviceError} when the device, given back while muted, cannot be had again
     */
    mute(muted?: boolean): Promise<void>;
    /** Unsilences it. */
    unmute(): Promise<void>;
    /** A moderator has silenced it, or a token no longer allows it. For this library's own use. @param {boolean} muted */
    handleMuted(muted: boolean): Promise<void>;
    /** What is sent of it. @returns {Promise<import('./stats.js').LocalStats>} */
    stats(): Promise<import("./stats.js").LocalStats>;
    /** Stops publishing it. A track that this library opened is stopped; one that was given goes on. */
    unpublish(): Promise<void>;
    /** The server ended it. For this library's own use. @param {string} why */
    handleRemoved(why: string): void;
    #private;
}
/**
 * `stopOnMute` lets go of the device while muted, so that its light is off, and takes it again
 *   afterwards (true for a camera that this library opened)
 */
export type PublishOptions = import("./encodings.js").SendOptions & import("./devices.js").CaptureOptions & {
    source?: import("./messages.js").Source;
    name?: string;
    muted?: boolean;
    stopOnMute?: boolean;
};
export type LocalPublicationEvents = {
    muted: {
        muted: boolean;
        by: "you" | "moderator";
    };
    /**
     * another track takes its place
     */
    track: {
        track: MediaStreamTrack;
    };
    /**
     * it is over; `why` when the server ended it
     */
    unpublished: {
        why: string | null;
    };
    /**
     * the device was unplugged, or the sharing stopped by the browser
     */
    ended: {
        publication: LocalPublication;
    };
};
import { Emitter } from './events.js';
