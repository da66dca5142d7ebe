export class Pulse {
    /** @param {RTCPeerConnection} pc @param {() => void} onSilent called when what came all the time comes no more */
    constructor(pc: RTCPeerConnection, onSilent: () => void);
    pc: RTCPeerConnection;
    onSilent: () => void;
    timer: number;
    /** When a packet last came, by `performance.now()`. */
    get heard(): number;
    /** Whether a packet came just now. */
    get isAlive(): boolean;
    #private;
}
