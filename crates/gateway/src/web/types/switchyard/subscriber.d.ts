/** @typedef {import('./messages.js').Offer} Offer */
export class Subscriber {
    /**
     * @param {import('./signalling.js').Signalling} signalling
     * @param {() => RTCPeerConnection} connect
     * @param {(publication: number, transceiver: RTCRtpTransceiver|null) => void} onCarried called when an
     *   m-line begins to carry a publication, and with null when it carries it no longer
     * @param {(error: unknown) => void} onError
     */
    constructor(signalling: import("./signalling.js").Signalling, connect: () => RTCPeerConnection, onCarried: (publication: number, transceiver: RTCRtpTransceiver | null) => void, onError: (error: unknown) => void);
    /** @type {RTCPeerConnection|null} made when the server offers something */
    pc: RTCPeerConnection | null;
    signalling: import("./signalling.js").Signalling;
    connect: () => RTCPeerConnection;
    onCarried: (publication: number, transceiver: RTCRtpTransceiver | null) => void;
    onError: (error: unknown) => void;
    /** Answers an offer, after those before it. @param {Offer} offer */
    handleOffer(offer: Offer): void;
    /** Begins again on a new connection, when the server has given up the old one. */
    renew(): Promise<void>;
    /** Forgets the connection, after the answer that is under way: the next offer begins a new one. */
    reset(): Promise<void>;
    #private;
}
export type Offer = import("./messages.js").Offer;
