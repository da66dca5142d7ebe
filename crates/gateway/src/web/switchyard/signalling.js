// @ts-check
/** Requests and their answers, over one WebSocket after another. */

import { ConnectionLostError, connectError, faultError } from './errors.js';

/** What may be sent twice: the second time changes nothing. */
const REPEATABLE = new Set([
  'answer', 'lock', 'mute', 'pause', 'restart_ice', 'set_max_layer', 'set_metadata', 'set_name', 'set_room_codecs',
  'set_room_metadata', 'subscribe', 'unpublish', 'unsubscribe', 'refresh_token',
]);

/** What still means the same in a session that was begun anew. */
const LASTING = new Set([
  'message', 'set_metadata', 'set_name', 'set_room_codecs', 'set_room_metadata', 'lock', 'kick', 'end_room',
]);

/** What is sent again when the server had no time for it: whole descriptions, that it reads only so fast. */
const PATIENT = new Set(['offer', 'answer']);

/** How often it is sent again. The server tells the wait for one message; others of ours may come between. */
const MAX_REPEATS = 6;

/** The longest wait worth it: in more time than this others have given up. */
const MAX_WAIT_MS = 5_000;

/** How long a server that is behind with its work is left in peace: six times this is less than an answer may take. */
const OVERLOAD_WAIT_MS = 2_000;

/**
 * @typedef {{type: string, text: string, repeats: number, isSent: boolean, resolve: (message: any) => void,
 *   reject: (error: Error) => void}} Waiting
 */

export class Signalling {
  /** @type {Map<number, Waiting>} in the order in which they were asked */
  #waiting = new Map();
  /** @type {import('./socket.js').Socket|null} */
  #socket = null;
  #lastId = 0;
  /** @type {Error|null} */
  #over = null;
  /** @type {Set<() => void>} */
  #whenUsed = new Set();

  /** Whether nothing can be asked any more. */
  get isOver() {
    return this.#over !== null;
  }

  /**
   * Sends a message as soon as there is a connection, and resolves with its answer.
   * @param {{type: string, [field: string]: unknown}} message
   * @returns {Promise<any>} rejects when the message is refused or the session ends
   */
  request(message) {
    if (this.#over) return Promise.reject(this.#over);
    return this.#ask(message, this.#socket);
  }

  /** @param {{type: string, [field: string]: unknown}} message @param {import('./socket.js').Socket|null} socket */
  #ask(message, socket) {
    const id = ++this.#lastId;
    const text = JSON.stringify({ id, ...message });
    socket?.send(text);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { type: message.type, text, repeats: 0, isSent: socket !== null, resolve, reject });
    });
  }

  /**
   * Joins over a new connection, and sends what has waited for one behind it.
   * @param {import('./socket.js').Socket} socket @param {{type: string, [field: string]: unknown}} join
   */
  begin(socket, join) {
    const answer = this.#ask(join, socket);
    this.use(socket);
    return answer;
  }

  /** Goes on over a connection. @param {import('./socket.js').Socket} socket */
  use(socket) {
    this.#socket = socket;
    for (const waiting of this.#waiting.values()) {
      if (!waiting.isSent) socket.send(waiting.text);
      waiting.isSent = true;
    }
    this.#whenUsed.forEach((tell) => tell());
    this.#whenUsed.clear();
  }

  /** Resolves when there is a connection, or never will be one again. */
  ready() {
    if (this.#socket || this.#over) return Promise.resolve();
    return new Promise((/** @type {(value?: undefined) => void} */ resolve) => this.#whenUsed.add(() => resolve()));
  }

  /** The connection is gone: what may be repeated waits for the next one. */
  cut() {
    this.#socket = null;
    this.#drop((waiting) => {
      if (REPEATABLE.has(waiting.type)) waiting.isSent = false;
      return waiting.isSent;
    }, 'the connection was lost before the answer came');
  }

  /** The session is gone: what was about it is, too. */
  forget() {
    this.#drop(({ type }) => !LASTING.has(type), 'the session was lost before the answer came');
  }

  /** @param {(waiting: Waiting) => boolean} which @param {string} words */
  #drop(which, words) {
    for (const [id, waiting] of [...this.#waiting]) {
      if (!which(waiting)) continue;
      this.#waiting.delete(id);
      waiting.reject(new ConnectionLostError('connection_lost', words));
    }
  }

  /** Gives an answer to who waits for it. @param {any} message */
  settle(message) {
    const waiting = this.#waiting.get(message.in_reply_to);
    if (!waiting || this.#postpone(message, waiting)) return;
    this.#waiting.delete(message.in_reply_to);
    const isFault = message.type === 'refused' || message.type === 'error';
    if (isFault) waiting.reject(waiting.type === 'join' ? connectError(message) : faultError(message));
    else waiting.resolve(message);
  }

  /**
   * Sends a request again later, if the server had nothing against it but the haste, or no time at all.
   * @param {any} message @param {Waiting} waiting
   */
  #postpone({ type, code, in_reply_to: id, retry_after_ms }, waiting) {
    const isHaste = type === 'error' && code === 'rate_limited' && retry_after_ms <= MAX_WAIT_MS;
    const isBehind = type === 'refused' && code === 'overloaded';
    const isWorthIt = PATIENT.has(waiting.type) ? isHaste || isBehind : isBehind && REPEATABLE.has(waiting.type);
    if (!isWorthIt || waiting.repeats >= MAX_REPEATS) return false;
    const wait = isHaste ? retry_after_ms : OVERLOAD_WAIT_MS;
    waiting.repeats += 1;
    const socket = this.#socket;
    setTimeout(() => {
      // On another connection it has been sent already, or is not to be.
      if (socket === this.#socket && this.#waiting.get(id) === waiting) socket?.send(waiting.text);
    }, wait);
    return true;
  }

  /** Nothing follows. @param {Error} error what those who wait are told */
  end(error) {
    this.#over ??= error;
    this.#socket = null;
    this.#waiting.forEach(({ reject }) => reject(error));
    this.#waiting.clear();
    this.#whenUsed.forEach((tell) => tell());
    this.#whenUsed.clear();
  }
}
