/**
 * @typedef {import('./local_publication.js').LocalPublication} LocalPublication
 * @typedef {import('./local_publication.js').PublishOptions} PublishOptions
 *
 * @typedef {object} LocalParticipantEvents
 * @property {{publication: LocalPublication}} publication-added
 * @property {{publication: LocalPublication, why: string|null}} publication-removed `why` when the server ended it
 * @property {{publication: LocalPublication, muted: boolean, by: 'you'|'moderator'}} publication-muted
 * @property {{publication: LocalPublication}} publication-ended its device is gone; publish or `setDevice` another
 * @property {{permissions: import('./messages.js').Permissions|null}} permissions-changed
 */
/** @extends {Emitter<LocalParticipantEvents>} */
export class LocalParticipant extends Emitter<LocalParticipantEvents> {
    /** @param {import('./publisher.js').Publisher} publisher @param {string} [name] */
    constructor(publisher: import("./publisher.js").Publisher, name?: string);
    /** @type {string|null} known once joined */
    identity: string | null;
    /** @type {string|undefined} for people to read */
    name: string | undefined;
    /** @type {string|null} */
    metadata: string | null;
    /** @type {import('./messages.js').Permissions|null} null if the server does not say */
    permissions: import("./messages.js").Permissions | null;
    /** What this client publishes. */
    get publications(): import("./local_publication.js").LocalPublication[];
    /** The publication from a source. @param {import('./messages.js').Source} source */
    get(source: import("./messages.js").Source): import("./local_publication.js").LocalPublication | null;
    /** Whether the token allows it. @param {import('./messages.js').Source} source */
    mayPublish(source: import("./messages.js").Source): boolean;
    /**
     * Publishes a track, or opens a device and publishes that.
     * @param {MediaStreamTrack|'camera'|'microphone'|'screen'} what @param {PublishOptions} [options]
     * @returns {Promise<LocalPublication>} once the server has accepted it
     */
    publish(what: MediaStreamTrack | "camera" | "microphone" | "screen", options?: PublishOptions): Promise<LocalPublication>;
    /**
     * Shares a screen, a window or a tab, and its sound if asked for and offered.
     * @param {PublishOptions} [options]
     * @returns {Promise<LocalPublication[]>} the picture first
     */
    shareScreen(options?: PublishOptions): Promise<LocalPublication[]>;
    /** @param {LocalPublication} publication */
    unpublish(publication: LocalPublication): Promise<void>;
    /**
     * Chooses the name that others read.
     * @param {string} name @throws {import('./errors.js').NotPermittedError}
     */
    setName(name: string): Promise<void>;
    /** Says something about this participant to the others' programs. @param {string|null} metadata */
    setMetadata(metadata: string | null): Promise<void>;
    /** Shows the server a new token before the old one expires. @param {string} token */
    refreshToken(token: string): Promise<void>;
    /**
     * For this library's own use: what the server says of this participant, as far as it says anything.
     * @param {{name?: string|null, metadata?: string|null}} info
     */
    handleInfo({ name, metadata }: {
        name?: string | null;
        metadata?: string | null;
    }): void;
    /** For this library's own use. @param {import('./messages.js').Permissions|null} permissions */
    handlePermissions(permissions: import("./messages.js").Permissions | null): void;
    #private;
}
export type LocalPublication = import("./local_publication.js").LocalPublication;
export type PublishOptions = import("./local_publication.js").PublishOptions;
export type LocalParticipantEvents = {
    "publication-added": {
        publication: LocalPublication;
    };
    /**
     * `why` when the server ended it
     */
    "publication-removed": {
        publication: LocalPublication;
        why: string | null;
    };
    "publication-muted": {
        publication: LocalPublication;
        muted: boolean;
        by: "you" | "moderator";
    };
    /**
     * its device is gone; publish or `setDevice` another
     */
    "publication-ended": {
        publication: LocalPublication;
    };
    "permissions-changed": {
        permissions: import("./messages.js").Permissions | null;
    };
};
import { Emitter } from './events.js';
