// @ts-check
/** A session that outlives its WebSockets: it resumes, and joins anew when that is no longer possible. */

import { EndedError, SwitchyardError, TokenError, UnreachableError } from './errors.js';
import { LADDER, pause, waitBefore } from './ladder.js';
import { Signalling } from './signalling.js';
import { Socket, connectUrl } from './socket.js';

/** How long a lost connection is tried to get back, unless the options say otherwise. */
const RECONNECT_MS = 60_000;

/** Ends after which coming back by oneself would be wrong. */
const FINAL = new Set([
  'left', 'replaced', 'resumed_elsewhere', 'kicked', 'room_ended', 'token_revoked', 'protocol_error',
]);

/**
 * The same in close codes, for when the message before them was lost. 1008 is not among them: without that message it
 * says that nothing was heard of us for too long, as of a page that was asleep, and that we may come back.
 * @type {Map<number, string>} */
const CLOSES = new Map([
  [1000, 'left'], [1001, 'server_stopping'], [4000, 'replaced'], [4001, 'too_slow'],
  [4002, 'resumed_elsewhere'], [4003, 'kicked'], [4004, 'room_ended'], [4005, 'token_expired'], [4006, 'token_revoked'],
]);

/** Losses after which the session is still there: nobody said that it is over. */
const RESUMABLE = new Set(['connection_lost', 'too_slow']);

/** Refusals that pass. */
const TEMPORARY = new Set(['rate_limited', 'key_rate_limited', 'overloaded', 'draining', 'stopping', 'full', 'timeout', 'unreachable',
  'websocket_blocked', 'connection_lost', 'server_stopping', 'too_slow', 'not_resumed']);

/**
 * @typedef {'connecting'|'connected'|'reconnecting'|'disconnected'} ConnectionState
 * @typedef {{url?: string|URL, room?: string, identity?: string,
 *   token?: string|(() => string|Promise<string>)}} Target where to, and as whom. A function is asked for
 *   a token each time one is needed, so that it may give a fresh one.
 */

export class Session {
  signalling = new Signalling();
  /** @type {ConnectionState} */
  state = 'connecting';
  /** @type {Socket|null} */
  #socket = null;
  /** @type {string|null} */
  #key = null;
  /** The highest numbers of messages to everybody, and to us alone, that came: the server repeats those after them. */
  #heard = { room: 0, direct: 0 };
  /** @type {SwitchyardError|null} why the server ended it, said before it closes the connection */
  #verdict = null;
  /** @type {((error: SwitchyardError) => void)|null} */
  #onLostMeanwhile = null;
  /** @type {((welcome: any) => void)|undefined} */
  #onWelcome;
  /** @type {((snapshot: any) => void)|undefined} */
  #onSnapshot;

  /**
   * @param {Target & {join: {type: string}, reconnect?: boolean|number}} options
   * @param {(message: any) => void} onMessage called with every message, before its request resolves
   * @param {(state: ConnectionState, error: SwitchyardError|null) => void} onState
   * @param {() => void} onLost called before the room is entered anew, because the session cannot be resumed
   */
  constructor({ join, reconnect = true, ...target }, onMessage, onState, onLost) {
    this.target = target;
    this.join = join;
    this.patience = reconnect === true ? RECONNECT_MS : Number(reconnect);
    this.onMessage = onMessage;
    this.onState = onState;
    this.onLost = onLost;
    this.#begin().then(() => this.#become('connected', null), (error) => this.end(error));
  }

  /** Whether the server would give this very session back after a loss. */
  get canResume() {
    return this.#key !== null;
  }

  /** Asks the server for a sign of life at once. Without one the WebSocket is taken for lost. Whether there was one. */
  async probe() {
    return this.state === 'connected' && await this.#socket?.probe();
  }

  /** Ends it from this side. @param {SwitchyardError} error what those who wait are told */
  end(error) {
    if (this.state === 'disconnected') return;
    this.#socket?.close();
    this.signalling.end(error);
    this.#become('disconnected', error);
  }

  /** @param {ConnectionState} state @param {SwitchyardError|null} error */
  #become(state, error) {
    if (this.state === state || this.state === 'disconnected') return;
    this.state = state;
    this.onState(state, error);
  }

  /** Enters for the first time. A server that lets nobody new in just now is asked again, as long as joining may take. */
  async #begin() {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#enter();
      } catch (thrown) {
        if (!['overloaded', 'draining'].includes(asError(thrown).code)) throw thrown;
        this.#socket?.close();
        this.signalling.cut();
        await pause(waitBefore(attempt));
        if (this.signalling.isOver) throw thrown;
      }
    }
  }

  async #enter() {
    const { token } = this.target;
    const shown = typeof token === 'function' ? await token() : token;
    const socket = await this.#dial(connectUrl({ ...this.target, token: shown }));
    await this.#unlessLost(this.signalling.begin(socket, this.join));
  }

  /** @param {string} key */
  async #resume(key) {
    const { url } = this.target;
    /** @type {Promise<any>} */
    const welcome = new Promise((resolve) => (this.#onWelcome = resolve));
    /** @type {Promise<any>} */
    const snapshot = new Promise((resolve) => (this.#onSnapshot = resolve));
    const { room, direct } = this.#heard;
    const socket = await this.#dial(connectUrl({ url, resume: key, last_message: `${room}`, last_direct: `${direct}` }));
    const { resumed } = await this.#unlessLost(welcome);
    if (!resumed) throw new SwitchyardError('resume_gone', 'the server did not resume the session');
    this.signalling.use(socket);
    await this.#unlessLost(snapshot);
  }

  /** @param {URL} url */
  async #dial(url) {
    this.#socket?.close();
    this.#verdict = null;
    this.#socket = new Socket(url, (message) => this.#on(message), (code, words) => this.#lost(code, words));
    await this.#socket.opened;
    return this.#socket;
  }

  /** @template Value @param {Promise<Value>} value @returns {Promise<Value>} */
  #unlessLost(value) {
    const lost = new Promise((_, reject) => (this.#onLostMeanwhile = reject));
    return Promise.race([value, /** @type {Promise<never>} */ (lost)]).finally(() => (this.#onLostMeanwhile = null));
  }

  /** @param {any} message */
  #on(message) {
    if (message.type === 'welcome') {
      this.#key = message.resume ?? this.#key;
      this.#onWelcome?.(message);
    }
    if (message.type === 'joined') this.#heard = { room: 0, direct: 0 };
    if (message.type === 'message') this.#heard[message.to ? 'direct' : 'room'] = message.number;
    this.onMessage(message);
    if (message.type === 'snapshot') this.#onSnapshot?.(message);
    this.signalling.settle(message);
    if (message.type === 'ended') {
      const verdict = new EndedError(message.reason, message.message ?? `the session is over: ${message.reason.replaceAll('_', ' ')}`);
      verdict.words = message.message ?? null;
      this.#verdict = verdict;
      this.#handleEnd(verdict);
    }
  }

  /** @param {number} code @param {string} words */
  #lost(code, words) {
    const reason = CLOSES.get(code) ?? 'connection_lost';
    this.#handleEnd(this.#verdict ?? new EndedError(reason, words || 'the connection was lost'));
  }

  /** @param {SwitchyardError} error */
  #handleEnd(error) {
    this.#socket?.close();
    if (this.#onLostMeanwhile) return this.#onLostMeanwhile(error);
    const hasFreshToken = error.code === 'token_expired' && typeof this.target.token === 'function';
    const isFinal = FINAL.has(error.code) || (error.code === 'token_expired' && !hasFreshToken);
    if (isFinal || !this.patience || this.state !== 'connected') return this.end(error);
    if (this.#verdict || !RESUMABLE.has(error.code)) this.#key = null;
    this.signalling.cut();
    this.#become('reconnecting', error);
    this.#return(error);
  }

  /** Tries until it is back, or nothing can help. @param {SwitchyardError} cause */
  async #return(cause) {
    const until = performance.now() + this.patience;
    let error = cause;
    let attempt = 0;
    while (performance.now() < until) {
      await pause(waitBefore(attempt));
      if (this.signalling.isOver) return;
      try {
        await this.#comeBack();
        return this.#become('connected', null);
      } catch (thrown) {
        error = asError(thrown);
        attempt += 1;
        this.signalling.cut();
        if (FINAL.has(error.code)) return this.end(error);
        if (this.#key && (error.code === 'resume_gone' || attempt >= LADDER.length || !isTemporary(error))) {
          this.#key = null;
          attempt = 0;
        } else if (!this.#key && !isTemporary(error)) {
          return this.end(error);
        }
      }
    }
    this.end(error instanceof UnreachableError ? error : cause);
  }

  async #comeBack() {
    if (this.#key) return this.#resume(this.#key);
    this.signalling.forget();
    this.onLost();
    return this.#enter();
  }
}

/** @param {SwitchyardError} error */
function isTemporary(error) {
  return TEMPORARY.has(error.code) && !(error instanceof TokenError);
}

/** @param {unknown} thrown */
function asError(thrown) {
  return thrown instanceof SwitchyardError ? thrown : new SwitchyardError('failed', String(thrown), { cause: thrown });
}
