/** Whether this library knows what a code of the server's means. @param {string} code */
export function isKnown(code: string): boolean;
/** The error for a `refused` or `error` message. @param {import('./messages.js').Fault} fault */
export function faultError({ type, code, message, field }: import("./messages.js").Fault): SwitchyardError;
/** The error for a connection that the server did not open, or a room it did not let us into. @param {import('./messages.js').Fault} fault */
export function connectError({ code, message, field }: import("./messages.js").Fault): ConnectError;
/** The error for what a browser says about a device. @param {string} device @param {unknown} cause */
export function deviceError(device: string, cause: unknown): SwitchyardError;
/** What can go wrong, by whose fault it is. */
/**
 * Whatever went wrong, here or there. `code` is short and stable, `message` is for people, and `field` names
 * the part of a request that was at fault, when there is one.
 */
export class SwitchyardError extends Error {
    /** @param {string} code @param {string} message @param {{cause?: unknown, field?: string}} [options] */
    constructor(code: string, message: string, { cause, field }?: {
        cause?: unknown;
        field?: string;
    });
    /** @type {string} */
    code: string;
    /** @type {string|undefined} */
    field: string | undefined;
}
/** The server could not be reached, or did not let us in. */
export class ConnectError extends SwitchyardError {
}
/** Nothing answers: the network, the address or the server is at fault. Trying again later may help. */
export class UnreachableError extends ConnectError {
}
/** The token is missing, expired, malformed, or meant for something else. A new token is needed. */
export class TokenError extends ConnectError {
}
/** The server understood a request and refused it; nothing has changed. */
export class RefusedError extends SwitchyardError {
}
/** The token does not grant what was asked for. */
export class NotPermittedError extends RefusedError {
}
/** It was too much, too long or too fast. Less of it may be accepted, or the same a little later. */
export class LimitError extends RefusedError {
}
/** The server did not understand a message: this library and the server are of different versions. */
export class ProtocolError extends SwitchyardError {
}
/** The server is too old to know such a request. */
export class UnsupportedError extends ProtocolError {
}
/** The session is over; `code` says why. */
export class EndedError extends SwitchyardError {
    /** @type {string|null} what a moderator had to say about it */
    words: string | null;
}
/** The connection was lost before the answer came; whether the request was carried out is not known. */
export class ConnectionLostError extends SwitchyardError {
}
/** The browser could not do something with media. */
export class MediaError extends SwitchyardError {
}
/** A camera, microphone or screen could not be used. */
export class DeviceError extends MediaError {
}
/** Somebody, or the system, did not allow it. */
export class DevicePermissionError extends DeviceError {
}
/** There is no such device. */
export class DeviceNotFoundError extends DeviceError {
}
/** The device is there, but something else is using it. */
export class DeviceInUseError extends DeviceError {
}
