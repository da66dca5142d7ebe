// @ts-check
/**
 * Peer connections that belong to the machine, and to none of its networks.
 *
 * Chromium ties the connections of a page that may use camera or microphone to the networks that it knows, one socket for each. It
 * tells them of another network two seconds after that came up, so that a call stands still for as long when the machine
 * moves. A page that may not use devices is not to learn the machine's addresses: what its connections send goes the way
 * that the system knows at the time, as all else that the page sends. Frames that are denied devices are such pages, so
 * connections are made in one.
 */

/** Platforms on which Chromium cancels echoes for all of its frames at once: elsewhere it heard only what the page itself plays. */
const PLATFORMS = new Set(['Windows', 'macOS', 'Linux']);

/** @type {HTMLIFrameElement|null} */
let frame = null;

/** A new connection. @param {RTCConfiguration} configuration @returns {RTCPeerConnection} */
export function connect(configuration) {
  const { RTCPeerConnection: Connection } = /** @type {typeof globalThis} */ (inside() ?? globalThis);
  return new Connection(configuration);
}

/** Where connections are unbound. Null where the page is as good a place. */
function inside() {
  if (!PLATFORMS.has(/** @type {any} */ (globalThis.navigator)?.userAgentData?.platform)) return null;
  if (!frame?.contentWindow) frame = make();
  return isDenied(frame) ? frame.contentWindow : null;
}

/** Beside the page's body, where nobody puts something else in its place. */
function make() {
  const made = document.createElement('iframe');
  made.allow = "camera 'none'; microphone 'none'";
  made.hidden = true;
  made.style.display = 'none';
  document.documentElement.append(made);
  return made;
}

/** @param {HTMLIFrameElement} made */
function isDenied(made) {
  const policy = /** @type {any} */ (made).featurePolicy;
  return Boolean(policy) && !policy.allowsFeature('camera') && !policy.allowsFeature('microphone');
}
