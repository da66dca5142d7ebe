/**
 * @param {import('./remote_publication.js').RemotePublication} publication
 * @returns {Promise<RemoteStats>}
 */
export function remoteStats(publication: import("./remote_publication.js").RemotePublication): Promise<RemoteStats>;
/**
 * @param {import('./local_publication.js').LocalPublication} publication
 * @returns {Promise<LocalStats>}
 */
export function localStats(publication: import("./local_publication.js").LocalPublication): Promise<LocalStats>;
/**
 * @param {object} owner @param {RTCPeerConnection|null} publish @param {RTCPeerConnection|null} subscribe
 * @returns {Promise<RoomStats>}
 */
export function roomStats(owner: object, publish: RTCPeerConnection | null, subscribe: RTCPeerConnection | null): Promise<RoomStats>;
/**
 * Statistics in words of calls: bitrates since the last time they were asked for, in bit/s.
 */
export type RemoteStats = {
    /**
     * received, in bit/s; null the first time
     */
    bitrate: number | null;
    packetsLost: number;
    /**
     * the part of packets lost since the last time, from 0 to 1
     */
    loss: number | null;
    /**
     * to the server and back, in milliseconds
     */
    rtt: number | null;
    /**
     * in milliseconds
     */
    jitter: number | null;
    width: number | null;
    height: number | null;
    fps: number | null;
    freezes: number | null;
    codec: string | null;
    /**
     * the layer that is received
     */
    layer: number | null;
};
/**
 * Statistics in words of calls: bitrates since the last time they were asked for, in bit/s.
 */
export type SentEncoding = {
    rid: string | null;
    bitrate: number | null;
    width: number | null;
    height: number | null;
    fps: number | null;
    limitedBy: string | null;
};
/**
 * Statistics in words of calls: bitrates since the last time they were asked for, in bit/s.
 */
export type LocalStats = {
    /**
     * sent in all encodings, in bit/s; null the first time
     */
    bitrate: number | null;
    encodings: SentEncoding[];
    /**
     * the part of packets that the server missed lately, from 0 to 1
     */
    loss: number | null;
    /**
     * to the server and back, in milliseconds
     */
    rtt: number | null;
    /**
     * of the largest picture sent
     */
    width: number | null;
    height: number | null;
    fps: number | null;
    codec: string | null;
};
/**
 * Statistics in words of calls: bitrates since the last time they were asked for, in bit/s.
 */
export type RoomStats = {
    sent: number | null;
    received: number | null;
    rtt: number | null;
    availableOutgoing: number | null;
};
