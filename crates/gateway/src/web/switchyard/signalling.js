// @ts-check
/** The WebSocket: numbers requests, finds their answers, and says why it did not open. */

import { ConnectError, EndedError, ProtocolError, RefusedError } from './errors.js';

/**
 * The URL of a connection.
 * @param {{url?: string|URL, room?: string, identity?: string, token?: string}} options
 */
export function connectUrl({ url: given = '/v1/connect', room, identity, token }) {
  const url = new URL(given, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  if (url.pathname === '/') url.pathname = '/v1/connect';
  for (const [name, value] of Object.entries({ room, identity, token })) {
    if (value) url.searchParams.set(name, value);
  }
  return url;
}

export class Signalling {
  /** @type {Map<number, {resolve: (message: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  /** @type {string[]} messages from before the connection opened */
  #unsent = [];
  #lastId = 0;
  #isOpen = false;
  /** @type {EndedError|ConnectError|null} */
  #over = null;
  #socket;

  /**
   * @param {URL} url
   * @param {(message: any) => void} onMessage called with every message, before its request resolves
   * @param {(error: EndedError|ConnectError) => void} onEnd called once, when nothing follows
   */
  constructor(url, onMessage, onEnd) {
    this.onMessage = onMessage;
    this.onEnd = onEnd;
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () => {
      this.#isOpen = true;
      this.#unsent.splice(0).forEach((text) => this.#socket.send(text));
    };
    this.#socket.onmessage = ({ data }) => this.#on(JSON.parse(data));
    this.#socket.onclose = async ({ reason }) => {
      const lost = () => new EndedError('connection_lost', reason || 'the connection was lost');
      this.end(this.#isOpen || this.#over ? lost() : await whyNot(url));
    };
  }

  /**
   * Sends a message, once the connection is open, and resolves with its answer.
   * @param {object} message
   * @returns {Promise<any>} rejects when the message is refused or the session ends
   */
  request(message) {
    if (this.#over) return Promise.reject(this.#over);
    const id = ++this.#lastId;
    const text = JSON.stringify({ id, ...message });
    if (this.#isOpen) this.#socket.send(text);
    else this.#unsent.push(text);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Ends it from this side. @param {EndedError|ConnectError} error what those who wait are told */
  end(error) {
    if (this.#over) return;
    this.#over = error;
    this.#waiting.forEach(({ reject }) => reject(error));
    this.#waiting.clear();
    this.#socket.close();
    this.onEnd(error);
  }

  /** @param {any} message */
  #on(message) {
    const waiting = this.#waiting.get(message.in_reply_to);
    this.#waiting.delete(message.in_reply_to);
    this.onMessage(message);
    if (message.type === 'refused') {
      waiting?.reject(new RefusedError(message.code, message.message));
    } else if (message.type === 'error') {
      waiting?.reject(new ProtocolError(message.code, message.message));
    } else {
      waiting?.resolve(message);
    }
    if (message.type === 'ended') {
      this.end(new EndedError(message.reason, `the session is over: ${message.reason.replaceAll('_', ' ')}`));
    }
  }
}

/** Browsers do not tell why a WebSocket did not open; the server tells it by HTTP. @param {URL} url */
async function whyNot(url) {
  const plain = new URL(url);
  plain.protocol = url.protocol.replace('ws', 'http');
  try {
    const response = await fetch(plain, { cache: 'no-store' });
    const { error } = await response.json();
    if (response.status !== 426) return new ConnectError(error.code, error.message);
    return new ConnectError('websocket_blocked', 'the server is there, but WebSockets do not get through to it');
  } catch (cause) {
    return new ConnectError('unreachable', 'the server cannot be reached', { cause });
  }
}
