// @ts-check
/** One WebSocket: why it did not open, and that it is no longer there. */

import { UnreachableError, connectError } from './errors.js';

/** How often the server is asked whether it is still there. */
const KEEPALIVE_MS = 5_000;

/** Silence after which a connection is taken for lost: twice a round trip on the worst of networks. */
const SILENCE_MS = 9_000;

/** How long a WebSocket may take to open. */
const OPEN_MS = 8_000;

/**
 * How long a sign of life may take that is asked for: as long as opening took, which was two round trips at least, within
 * these bounds. Shorter, and a lost packet is taken for a lost connection; longer, and a call stands still for it.
 */
const PATIENCE_MS = { least: 500, most: 2_000 };

/** How late a timer of ours is when the page is busy. */
const LATE_MS = 100;

/**
 * The URL of a connection.
 * @param {{url?: string|URL, room?: string, identity?: string, token?: string, resume?: string,
 *   last_message?: string, last_direct?: string}} options
 */
export function connectUrl({ url: given = '/v1/connect', ...query }) {
  const url = new URL(given, globalThis.location?.href);
  url.protocol = url.protocol.replace('http', 'ws');
  if (url.pathname === '/') url.pathname = '/v1/connect';
  if (query.resume) ['room', 'identity', 'token'].forEach((name) => url.searchParams.delete(name));
  for (const [name, value] of Object.entries(query)) {
    if (value) url.searchParams.set(name, value);
  }
  return url;
}

export class Socket {
  #socket;
  #url;
  #began = performance.now();
  #heard = this.#began;
  #patience = PATIENCE_MS.most;
  /** @type {Promise<boolean>|null} */
  #asked = null;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  #keepalive;
  #isOver = false;

  /**
   * @param {URL} url
   * @param {(message: any) => void} onMessage
   * @param {(code: number, reason: string) => void} onLost called once, after it had opened
   */
  constructor(url, onMessage, onLost) {
    this.#url = url;
    this.onMessage = onMessage;
    this.onLost = onLost;
    this.#socket = new WebSocket(url);
    this.#socket.addEventListener('message', ({ data }) => {
      this.#heard = performance.now();
      if (!this.#isOver) this.onMessage(JSON.parse(data));
    });
    /** @type {Promise<void>} resolves when messages can be sent */
    this.opened = this.#open();
  }

  /** @returns {Promise<void>} */
  #open() {
    return new Promise((resolve, reject) => {
      const tooLong = setTimeout(() => {
        this.close();
        reject(new UnreachableError('timeout', 'the server does not answer'));
      }, OPEN_MS);
      this.#socket.onopen = () => {
        clearTimeout(tooLong);
        this.#patience = Math.min(Math.max(performance.now() - this.#began, PATIENCE_MS.least), PATIENCE_MS.most);
        this.#keepalive = setInterval(() => this.#look(), KEEPALIVE_MS);
        this.#socket.onclose = ({ code, reason }) => this.#lost(code, reason);
        resolve();
      };
      this.#socket.onclose = async () => {
        clearTimeout(tooLong);
        reject(this.#isOver ? new UnreachableError('aborted', 'it was closed before it opened') : await whyNot(this.#url));
      };
    });
  }

  /** @param {string} text */
  send(text) {
    this.#socket.send(text);
  }

  /** Asks for a sign of life at once, for example because the network has changed. Whether there was one. */
  probe() {
    this.#asked ??= this.#answers().finally(() => (this.#asked = null));
    return this.#asked;
  }

  async #answers() {
    const before = this.#heard;
    this.#ping();
    for (let isLate = true; isLate && this.#heard === before;) {
      const due = performance.now() + this.#patience;
      await new Promise((resolve) => setTimeout(resolve, this.#patience));
      // A page that was held up itself has yet to see what came meanwhile.
      isLate = performance.now() - due > LATE_MS;
    }
    if (this.#heard === before) this.#lost(1006, 'the server does not answer');
    return !this.#isOver;
  }

  /** Closes it from this side; nobody is told. */
  close() {
    this.#isOver = true;
    clearInterval(this.#keepalive);
    this.#socket.close();
  }

  #look() {
    if (performance.now() - this.#heard > SILENCE_MS) this.#lost(1006, 'the server does not answer');
    else this.#ping();
  }

  #ping() {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send('{"type":"ping"}');
  }

  /** @param {number} code @param {string} reason */
  #lost(code, reason) {
    if (this.#isOver) return;
    this.close();
    this.onLost(code, reason);
  }
}

/** Browsers do not tell why a WebSocket did not open; the server tells it by HTTP. @param {URL} url */
async function whyNot(url) {
  const plain = new URL(url);
  plain.protocol = url.protocol.replace('ws', 'http');
  try {
    const response = await fetch(plain, { cache: 'no-store', signal: AbortSignal.timeout(OPEN_MS) });
    const { error } = await response.json();
    if (response.status !== 426) return connectError(error);
    return new UnreachableError('websocket_blocked', 'the server is there, but WebSockets do not get through to it');
  } catch (cause) {
    return new UnreachableError('unreachable', 'the server cannot be reached', { cause });
  }
}
