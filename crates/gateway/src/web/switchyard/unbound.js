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
  const Connection = unbound() ?? RTCPeerConnection;
  return new Connection(configuration);
}

/** What makes connections that are unbound. Nothing where the page's own are as good, or a page around allows no other. */
function unbound() {
  if (!PLATFORMS.has(/** @type {any} */ (globalThis.navigator)?.userAgentData?.platform)) return null;
  try {
    if (!frame?.contentWindow) frame = make();
    return isDenied(frame) ? /** @type {any} */ (frame.contentWindow).RTCPeerConnection : null;
  } catch {
    // In a page that is of no origin every frame is somebody else's.
    return null;
  }
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
