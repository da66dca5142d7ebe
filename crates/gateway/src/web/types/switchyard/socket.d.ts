/**
 * The URL of a connection.
 * @param {{url?: string|URL, room?: string, identity?: string, token?: string, resume?: string,
 *   last_message?: string, last_direct?: string}} options
 */
export function connectUrl({ url: given, ...query }: {
    url?: string | URL;
    room?: string;
    identity?: string;
    token?: string;
    resume?: string;
    last_message?: string;
    last_direct?: string;
}): URL;
export class Socket {
    /**
     * @param {URL} url
     * @param {(message: any) => void} onMessage
     * @param {(code: number, reason: string) => void} onLost called once, after it had opened
     */
    constructor(url: URL, onMessage: (message: any) => void, onLost: (code: number, reason: string) => void);
    onMessage: (message: any) => void;
    onLost: (code: number, reason: string) => void;
    /** @type {Promise<void>} resolves when messages can be sent */
    opened: Promise<void>;
    /** @param {string} text */
    send(text: string): void;
    /** Asks for a sign of life at once, for example because the network has changed. Whether there was one. */
    probe(): Promise<boolean>;
    /** Closes it from this side; nobody is told. */
    close(): void;
    #private;
}
