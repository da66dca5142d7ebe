/**
 * @typedef {{participant: RemoteParticipant}} OfParticipant
 * @typedef {{participant: RemoteParticipant, publication: RemotePublication}} OfPublication
 *
 * @typedef {object} RosterEvents
 * @property {OfParticipant} participant-joined
 * @property {OfParticipant} participant-left
 * @property {OfParticipant} participant-changed name, metadata or connection
 * @property {OfPublication} publication-added
 * @property {OfPublication} publication-removed
 * @property {OfPublication} publication-muted
 * @property {OfPublication} publication-layers
 * @property {OfPublication} subscription-changed
 * @property {OfPublication & {track: MediaStreamTrack, transceiver: RTCRtpTransceiver}} track
 * @property {OfPublication & {track: MediaStreamTrack}} track-removed
 */
export class Roster {
    /**
     * @param {import('./events.js').Emitter<RosterEvents>} room whose events these are
     * @param {import('./remote_publication.js').Ask} ask
     */
    constructor(room: import("./events.js").Emitter<RosterEvents>, ask: import("./remote_publication.js").Ask);
    /** @type {Map<string, RemoteParticipant>} */
    participants: Map<string, RemoteParticipant>;
    room: import("./events.js").Emitter<RosterEvents>;
    ask: import("./remote_publication.js").Ask;
    /** @param {number} id */
    find(id: number): RemotePublication | null;
    /**
     * All that there is, in place of what was known. Those who are still there stay the same objects.
     * @param {import('./messages.js').ParticipantInfo[]} infos
     */
    reconcile(infos: import("./messages.js").ParticipantInfo[]): void;
    /** @param {import('./messages.js').ParticipantInfo} info */
    enter(info: import("./messages.js").ParticipantInfo): void;
    /** @param {string} identity */
    leave(identity: string): void;
    /** @param {import('./messages.js').ParticipantInfo} info */
    change(info: import("./messages.js").ParticipantInfo): void;
    /** @param {string} identity @param {import('./messages.js').PublicationInfo} info */
    add(identity: string, info: import("./messages.js").PublicationInfo): void;
    /** @param {number} id */
    remove(id: number): void;
    /** @param {number} id @param {boolean} muted */
    mute(id: number, muted: boolean): void;
    /** It is sent in another codec. @param {number} id @param {string} codec */
    codec(id: number, codec: string): void;
    /** @param {number} id @param {import('./messages.js').Layer[]} layers */
    layers(id: number, layers: import("./messages.js").Layer[]): void;
    /** @param {number} id @param {import('./messages.js').Decision} decision */
    decide(id: number, decision: import("./messages.js").Decision): void;
    /** An m-line carries a publication from now on, or no longer. @param {number} id @param {RTCRtpTransceiver|null} transceiver */
    carry(id: number, transceiver: RTCRtpTransceiver | null): void;
    /** The session was begun anew: every choice is made again. */
    repeatChoices(): void;
    #private;
}
export type OfParticipant = {
    participant: RemoteParticipant;
};
export type OfPublication = {
    participant: RemoteParticipant;
    publication: RemotePublication;
};
export type RosterEvents = {
    "participant-joined": OfParticipant;
    "participant-left": OfParticipant;
    /**
     * name, metadata or connection
     */
    "participant-changed": OfParticipant;
    "publication-added": OfPublication;
    "publication-removed": OfPublication;
    "publication-muted": OfPublication;
    "publication-layers": OfPublication;
    "subscription-changed": OfPublication;
    track: OfPublication & {
        track: MediaStreamTrack;
        transceiver: RTCRtpTransceiver;
    };
    "track-removed": OfPublication & {
        track: MediaStreamTrack;
    };
};
import { RemoteParticipant } from './remote_participant.js';
import { RemotePublication } from './remote_publication.js';
