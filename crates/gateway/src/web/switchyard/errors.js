// @ts-check
/** What can go wrong, by whose fault it is. */

/**
 * Whatever went wrong, here or there. `code` is short and stable, `message` is for people, and `field` names
 * the part of a request that was at fault, when there is one.
 */
export class SwitchyardError extends Error {
  /** @param {string} code @param {string} message @param {{cause?: unknown, field?: string}} [options] */
  constructor(code, message, { cause, field } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    /** @type {string} */
    this.code = code;
    /** @type {string|undefined} */
    this.field = field;
  }
}

/** The server could not be reached, or did not let us in. */
export class ConnectError extends SwitchyardError {}

/** Nothing answers: the network, the address or the server is at fault. Trying again later may help. */
export class UnreachableError extends ConnectError {}

/** The token is missing, expired, malformed, or meant for something else. A new token is needed. */
export class TokenError extends ConnectError {}

/** The server understood a request and refused it; nothing has changed. */
export class RefusedError extends SwitchyardError {}

/** The token does not grant what was asked for. */
export class NotPermittedError extends RefusedError {}

/** It was too much, too long or too fast. Less of it may be accepted, or the same a little later. */
export class LimitError extends RefusedError {}

/** The server did not understand a message: this library and the server are of different versions. */
export class ProtocolError extends SwitchyardError {}

/** The server is too old to know such a request. */
export class UnsupportedError extends ProtocolError {}

/** The session is over; `code` says why. */
export class EndedError extends SwitchyardError {
  /** @type {string|null} what a moderator had to say about it */
  words = null;
}

/** The connection was lost before the answer came; whether the request was carried out is not known. */
export class ConnectionLostError extends SwitchyardError {}

/** The browser could not do something with media. */
export class MediaError extends SwitchyardError {}

/** A camera, microphone or screen could not be used. */
export class DeviceError extends MediaError {}

/** Somebody, or the system, did not allow it. */
export class DevicePermissionError extends DeviceError {}

/** There is no such device. */
export class DeviceNotFoundError extends DeviceError {}

/** The device is there, but something else is using it. */
export class DeviceInUseError extends DeviceError {}

/** @type {Record<string, typeof SwitchyardError>} what the server says, by its code; whatever else it says is a plain refusal */
const FAULTS = {
  not_joined: RefusedError,
  already_joined: RefusedError,
  bad_name: RefusedError,
  bad_description: RefusedError,
  no_usable_codec: RefusedError,
  codec_not_allowed: RefusedError,
  unknown_publication: RefusedError,
  not_yours: NotPermittedError,
  own_publication: RefusedError,
  not_subscribed: RefusedError,
  unknown_participant: RefusedError,
  stale_answer: RefusedError,
  not_permitted: NotPermittedError,
  limit_reached: LimitError,
  cap_reached: LimitError,
  quota_reached: LimitError,
  message_too_long: LimitError,
  metadata_too_long: LimitError,
  rate_limited: LimitError,
  room_locked: RefusedError,
  banned: RefusedError,
  token_missing: TokenError,
  token_invalid: TokenError,
  token_for_other_room: TokenError,
  token_for_other_identity: TokenError,
  token_expired: TokenError,
  token_revoked: TokenError,
  overloaded: RefusedError,
  draining: RefusedError,
  stopping: RefusedError,
  malformed_json: ProtocolError,
  not_an_object: ProtocolError,
  missing_type: ProtocolError,
  unknown_type: UnsupportedError,
  bad_field: ProtocolError,
  binary_frame: ProtocolError,
};

/** Whether this library knows what a code of the server's means. @param {string} code */
export function isKnown(code) {
  return Object.hasOwn(FAULTS, code);
}

/** The error for a `refused` or `error` message. @param {import('./messages.js').Fault} fault */
export function faultError({ type, code, message, field }) {
  const Kind = FAULTS[code] ?? (type === 'error' ? ProtocolError : RefusedError);
  return new Kind(code, message, { field });
}

/** The error for a connection that the server did not open, or a room it did not let us into. @param {import('./messages.js').Fault} fault */
export function connectError({ code, message, field }) {
  const Kind = FAULTS[code] === TokenError ? TokenError : ConnectError;
  return new Kind(code, message, { field });
}

/** @type {Record<string, [typeof DeviceError, string, string]>} */
const DEVICE_FAULTS = {
  NotAllowedError: [DevicePermissionError, 'permission_denied', 'the browser was not allowed to use it'],
  SecurityError: [DevicePermissionError, 'permission_denied', 'the browser was not allowed to use it'],
  NotFoundError: [DeviceNotFoundError, 'device_not_found', 'there is no such device'],
  OverconstrainedError: [DeviceNotFoundError, 'device_not_found', 'no device is like that'],
  NotReadableError: [DeviceInUseError, 'device_in_use', 'something else is using it'],
  AbortError: [DeviceInUseError, 'device_in_use', 'the device could not be started'],
};

/** The error for what a browser says about a device. @param {string} device @param {unknown} cause */
export function deviceError(device, cause) {
  if (cause instanceof SwitchyardError) return cause;
  const name = /** @type {{name?: string}} */ (cause)?.name ?? '';
  const [Kind, code, words] = DEVICE_FAULTS[name] ?? [DeviceError, 'device_failed', 'it could not be used'];
  return new Kind(code, `${device}: ${words}`, { cause, field: device });
}
