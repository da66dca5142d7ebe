// @ts-check
/** What can go wrong, by whose fault it is. */

/** Whatever went wrong, here or there. `code` is short and stable, `message` is for people. */
export class SwitchyardError extends Error {
  /** @param {string} code @param {string} message @param {ErrorOptions} [options] */
  constructor(code, message, options) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The server could not be reached, or did not let us in. */
export class ConnectError extends SwitchyardError {}

/** The server understood a request and refused it; nothing has changed. */
export class RefusedError extends SwitchyardError {}

/** The server did not understand a message: this library and the server are of different versions. */
export class ProtocolError extends SwitchyardError {}

/** The session is over; `code` says why. */
export class EndedError extends SwitchyardError {}

/** The browser could not do something with media. */
export class MediaError extends SwitchyardError {}
