/**
 * @typedef {'publish'|'subscribe'} Way
 * @typedef {object} Remedy
 * @property {() => Promise<unknown>} restart new ICE credentials for the connection there is
 * @property {() => Promise<unknown>} renew a new connection
 * @property {(state: RTCPeerConnectionState) => void} onState
 * @property {() => void} onSilent what came all the time comes no more
 * @property {(error: unknown) => void} onError
 */
export class Repair {
    /** @param {Way} way @param {RTCConfiguration|undefined} rtc @param {Remedy} remedy */
    constructor(way: Way, rtc: RTCConfiguration | undefined, remedy: Remedy);
    way: Way;
    rtc: RTCConfiguration | undefined;
    remedy: Remedy;
    /** A new connection, looked after from now on in place of the one before. */
    connect(): RTCPeerConnection;
    /** The network has changed: does not wait until the connection is seen to have failed, if nothing comes over it. */
    handleNetworkChange(isSecondLook?: boolean): void;
    /** The server has given the connection up. */
    handleGone(): void;
    #private;
}
export type Way = "publish" | "subscribe";
export type Remedy = {
    /**
     * new ICE credentials for the connection there is
     */
    restart: () => Promise<unknown>;
    /**
     * a new connection
     */
    renew: () => Promise<unknown>;
    onState: (state: RTCPeerConnectionState) => void;
    /**
     * what came all the time comes no more
     */
    onSilent: () => void;
    onError: (error: unknown) => void;
};
