/**
 * @typedef {import('./remote_publication.js').RemotePublication} RemotePublication
 *
 * @typedef {object} RemoteParticipantEvents
 * @property {{publication: RemotePublication}} publication-added
 * @property {{publication: RemotePublication}} publication-removed
 * @property {{}} changed name, metadata or connection
 * @property {{}} left
 */
/** @extends {Emitter<RemoteParticipantEvents>} */
export class RemoteParticipant extends Emitter<RemoteParticipantEvents> {
    /** @param {import('./messages.js').ParticipantInfo} info */
    constructor(info: import("./messages.js").ParticipantInfo);
    /** @type {Map<number, RemotePublication>} */
    publications: Map<number, RemotePublication>;
    /** @type {string|undefined} for people to read */
    name: string | undefined;
    /** @type {string|null} */
    metadata: string | null;
    /** Whether the server hears from them; false while they reconnect. */
    isConnected: boolean;
    /** Whether only administrators see them. */
    isHidden: boolean;
    identity: string;
    /** Their publication from a source. @param {import('./messages.js').Source} source */
    get(source: import("./messages.js").Source): import("./remote_publication.js").RemotePublication | null;
    /** For this library's own use. @param {import('./messages.js').ParticipantInfo} info */
    handleInfo(info: import("./messages.js").ParticipantInfo): void;
    #private;
}
export type RemotePublication = import("./remote_publication.js").RemotePublication;
export type RemoteParticipantEvents = {
    "publication-added": {
        publication: RemotePublication;
    };
    "publication-removed": {
        publication: RemotePublication;
    };
    /**
     * name, metadata or connection
     */
    changed: {};
    left: {};
};
import { Emitter } from './events.js';
