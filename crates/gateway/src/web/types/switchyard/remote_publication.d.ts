/**
 * @typedef {import('./messages.js').Layer} Layer
 * @typedef {import('./messages.js').Decision} Decision
 * @typedef {(message: {type: string, [field: string]: unknown}) => Promise<any>} Ask
 *
 * @typedef {object} RemotePublicationEvents
 * @property {{track: MediaStreamTrack, transceiver: RTCRtpTransceiver}} track it is received from now on
 * @property {{track: MediaStreamTrack}} track-removed it is received no longer
 * @property {{muted: boolean}} muted
 * @property {{layers: Layer[]}} layers what is sent of it has changed
 * @property {{decision: Decision}} subscription-changed what is received of it has changed
 * @property {{}} removed it is gone
 */
/** @extends {Emitter<RemotePublicationEvents>} */
export class RemotePublication extends Emitter<RemotePublicationEvents> {
    /**
     * @param {import('./messages.js').PublicationInfo} info
     * @param {import('./remote_participant.js').RemoteParticipant} participant @param {Ask} ask
     */
    constructor(info: import("./messages.js").PublicationInfo, participant: import("./remote_participant.js").RemoteParticipant, ask: Ask);
    /** @type {Layer[]} what its publisher sends: the smallest picture first */
    layers: Layer[];
    /** @type {Decision|null} what is received now, and why not more */
    decision: Decision | null;
    /** @type {RTCRtpTransceiver|null} what carries it, while it is received */
    transceiver: RTCRtpTransceiver | null;
    /** Whether this client wants to receive it: what subscribe() and unsubscribe() said last. */
    isWanted: boolean;
    participant: import("./remote_participant.js").RemoteParticipant;
    id: number;
    kind: "audio" | "video";
    source: import("./messages.js").Source;
    name: string | undefined;
    muted: boolean;
    encodings: number;
    codec: string | null;
    /** Whose it is. */
    get identity(): string;
    /** @returns {MediaStreamTrack|null} the media, while it is received */
    get track(): MediaStreamTrack | null;
    /** How loud it is at this moment, from 0 to 1. */
    get audioLevel(): number;
    /** Receives it. */
    subscribe(): Promise<void>;
    /** Receives it no longer. */
    unsubscribe(): Promise<void>;
    /** Chooses the highest layer wanted: 0 is the smallest picture, null takes any. @param {number|null} layer */
    setMaxLayer(layer: number | null): Promise<void>;
    /** Pauses or resumes it for this client alone. */
    pause(paused?: boolean): Promise<void>;
    /**
     * Shows or plays it in an element, now and whenever it is received.
     * @template {HTMLMediaElement} Element
     * @param {Element} element @param {import('./screens.js').AttachOptions} [options]
     */
    attach<Element extends HTMLMediaElement>(element: Element, { adaptive }?: import("./screens.js").AttachOptions): Element;
    /** Takes it out of an element, or of all. @param {HTMLMediaElement} [element] */
    detach(element?: HTMLMediaElement): void;
    /** What is received of it. */
    stats(): Promise<import("./stats.js").RemoteStats>;
    /** What has changed, as the server says. For this library's own use. @param {import('./messages.js').PublicationInfo} info */
    handleInfo({ muted, encodings, codec, name }: import("./messages.js").PublicationInfo): boolean;
    /** For this library's own use. @param {Layer[]} layers */
    handleLayers(layers: Layer[]): void;
    /** For this library's own use. @param {Decision} decision */
    handleDecision(decision: Decision): void;
    /** For this library's own use. @param {RTCRtpTransceiver|null} transceiver @returns {MediaStreamTrack|null} what was received before */
    handleCarried(transceiver: RTCRtpTransceiver | null): MediaStreamTrack | null;
    /** For this library's own use. */
    handleRemoved(): void;
    /** The session was begun anew: tells the server again what is wanted. For this library's own use. */
    handleRejoined(): Promise<void>;
    #private;
}
export type Layer = import("./messages.js").Layer;
export type Decision = import("./messages.js").Decision;
export type Ask = (message: {
    type: string;
    [field: string]: unknown;
}) => Promise<any>;
export type RemotePublicationEvents = {
    /**
     * it is received from now on
     */
    track: {
        track: MediaStreamTrack;
        transceiver: RTCRtpTransceiver;
    };
    /**
     * it is received no longer
     */
    "track-removed": {
        track: MediaStreamTrack;
    };
    muted: {
        muted: boolean;
    };
    /**
     * what is sent of it has changed
     */
    layers: {
        layers: Layer[];
    };
    /**
     * what is received of it has changed
     */
    "subscription-changed": {
        decision: Decision;
    };
    /**
     * it is gone
     */
    removed: {};
};
import { Emitter } from './events.js';
