/**
 * @typedef {'connecting'|'connected'|'reconnecting'|'disconnected'} ConnectionState
 * @typedef {{url?: string|URL, room?: string, identity?: string,
 *   token?: string|(() => string|Promise<string>)}} Target where to, and as whom. A function is asked for
 *   a token each time one is needed, so that it may give a fresh one.
 */
export class Session {
    /**
     * @param {Target & {join: {type: string}, reconnect?: boolean|number}} options
     * @param {(message: any) => void} onMessage called with every message, before its request resolves
     * @param {(state: ConnectionState, error: SwitchyardError|null) => void} onState
     * @param {() => void} onLost called before the room is entered anew, because the session cannot be resumed
     */
    constructor({ join, reconnect, ...target }: Target & {
        join: {
            type: string;
        };
        reconnect?: boolean | number;
    }, onMessage: (message: any) => void, onState: (state: ConnectionState, error: SwitchyardError | null) => void, onLost: () => void);
    signalling: Signalling;
    /** @type {ConnectionState} */
    state: ConnectionState;
    target: {
        url?: string | URL;
        room?: string;
        identity?: string;
        token?: string | (() => string | Promise<string>);
    };
    join: {
        type: string;
    };
    patience: number;
    onMessage: (message: any) => void;
    onState: (state: ConnectionState, error: SwitchyardError | null) => void;
    onLost: () => void;
    /** Whether the server would give this very session back after a loss. */
    get canResume(): boolean;
    /** Asks the server for a sign of life at once. Without one the WebSocket is taken for lost. Whether there was one. */
    probe(): Promise<boolean | undefined>;
    /** Ends it from this side. @param {SwitchyardError} error what those who wait are told */
    end(error: SwitchyardError): void;
    #private;
}
export type ConnectionState = "connecting" | "connected" | "reconnecting" | "disconnected";
/**
 * where to, and as whom. A function is asked for
 *  a token each time one is needed, so that it may give a fresh one.
 */
export type Target = {
    url?: string | URL;
    room?: string;
    identity?: string;
    token?: string | (() => string | Promise<string>);
};
import { Signalling } from './signalling.js';
import { SwitchyardError } from './errors.js';
