/**
 * @typedef {import('./local_publication.js').PublishOptions} PublishOptions
 * @typedef {{mid: string, publication?: number, refused?: import('./messages.js').Fault}} Outcome
 */
export class Publisher {
    /** @param {import('./signalling.js').Signalling} signalling @param {() => RTCPeerConnection} connect */
    constructor(signalling: import("./signalling.js").Signalling, connect: () => RTCPeerConnection);
    /** @type {Set<LocalPublication>} */
    publications: Set<LocalPublication>;
    /** @type {import('./messages.js').Codecs|null} what the room takes, once that is known */
    codecs: import("./messages.js").Codecs | null;
    /** @type {RTCPeerConnection|null} made when there is something to send */
    pc: RTCPeerConnection | null;
    signalling: import("./signalling.js").Signalling;
    connect: () => RTCPeerConnection;
    /**
     * @param {MediaStreamTrack} track @param {PublishOptions} options
     * @returns {Promise<LocalPublication>} once the server has accepted it
     */
    add(track: MediaStreamTrack, options: PublishOptions): Promise<LocalPublication>;
    /** @param {LocalPublication} publication */
    remove(publication: LocalPublication): Promise<void>;
    /** It is published no longer. @param {LocalPublication} publication */
    forget(publication: LocalPublication): void;
    /** Somebody cannot decode a publication: sends it in another codec as well. @param {number} id @param {string[]} codecs */
    addBackup(id: number, codecs: string[]): Promise<void>;
    /** The session is lost: nothing is offered any more before a new one has begun, and `renew` has been called. */
    handleLost(): void;
    /** The session is over: whatever waits for a new one waits in vain. */
    handleEnd(): void;
    /** Begins again on a new connection, when the server has given up the old one. */
    renew(): Promise<void>;
    /** Offers anew, after the offer that is under way. Those who call before it begins share one offer. */
    negotiate({ iceRestart }?: {
        iceRestart?: boolean | undefined;
    }): Promise<void>;
    #private;
}
export type PublishOptions = import("./local_publication.js").PublishOptions;
export type Outcome = {
    mid: string;
    publication?: number;
    refused?: import("./messages.js").Fault;
};
import { LocalPublication } from './local_publication.js';
