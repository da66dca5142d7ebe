/** What administrators may do to others. Everything rejects with `NotPermittedError` without that grant. */
export class Moderation {
    /** @param {import('./remote_publication.js').Ask} ask */
    constructor(ask: import("./remote_publication.js").Ask);
    /**
     * Removes somebody, and keeps them out for a while if asked to.
     * @param {string|{identity: string}} participant @param {{reason?: string, banSeconds?: number}} [options]
     */
    kick(participant: string | {
        identity: string;
    }, { reason, banSeconds }?: {
        reason?: string;
        banSeconds?: number;
    }): Promise<void>;
    /** Silences somebody's publication. They alone can unsilence it. @param {number|{id: number}} publication */
    mute(publication: number | {
        id: number;
    }): Promise<void>;
    /** Lets nobody in any more, or everybody again. */
    lock(locked?: boolean): Promise<void>;
    /** Ends the room for everybody. */
    endRoom(): Promise<void>;
    /** Says something about the room to everybody's programs. @param {string|null} metadata */
    setRoomMetadata(metadata: string | null): Promise<void>;
    /**
     * Has the room take other codecs of those who publish from now on; what is published goes on as it is.
     * @param {{allowed?: import('./messages.js').CodecName[], preferred?: import('./messages.js').CodecName[]}} codecs
     */
    setRoomCodecs({ allowed, preferred }: {
        allowed?: import("./messages.js").CodecName[];
        preferred?: import("./messages.js").CodecName[];
    }): Promise<void>;
    #private;
}
