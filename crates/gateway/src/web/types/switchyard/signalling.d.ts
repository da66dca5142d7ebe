/**
 * @typedef {{type: string, text: string, repeats: number, isSent: boolean, resolve: (message: any) => void,
 *   reject: (error: Error) => void}} Waiting
 */
export class Signalling {
    /** Whether nothing can be asked any more. */
    get isOver(): boolean;
    /**
     * Sends a message as soon as there is a connection, and resolves with its answer.
     * @param {{type: string, [field: string]: unknown}} message
     * @returns {Promise<any>} rejects when the message is refused or the session ends
     */
    request(message: {
        type: string;
        [field: string]: unknown;
    }): Promise<any>;
    /**
     * Joins over a new connection, and sends what has waited for one behind it.
     * @param {import('./socket.js').Socket} socket @param {{type: string, [field: string]: unknown}} join
     */
    begin(socket: import("./socket.js").Socket, join: {
        type: string;
        [field: string]: unknown;
    }): Promise<any>;
    /** Goes on over a connection. @param {import('./socket.js').Socket} socket */
    use(socket: import("./socket.js").Socket): void;
    /** Resolves when there is a connection, or never will be one again. */
    ready(): Promise<void>;
    /** The connection is gone: what may be repeated waits for the next one. */
    cut(): void;
    /** The session is gone: what was about it is, too. */
    forget(): void;
    /** Gives an answer to who waits for it. @param {any} message */
    settle(message: any): void;
    /** Nothing follows. @param {Error} error what those who wait are told */
    end(error: Error): void;
    #private;
}
export type Waiting = {
    type: string;
    text: string;
    repeats: number;
    isSent: boolean;
    resolve: (message: any) => void;
    reject: (error: Error) => void;
};
