// @ts-check
/** Which codec is used, and how Opus is to encode. */

/**
 * Puts a codec first where the browser lets us; otherwise the server chooses.
 * @param {RTCRtpTransceiver} transceiver @param {string} codec
 */
export function preferCodec(transceiver, codec) {
  const codecs = globalThis.RTCRtpReceiver?.getCapabilities?.('video')?.codecs ?? [];
  const isIt = (/** @type {{mimeType: string}} */ { mimeType }) => mimeType.toLowerCase() === `video/${codec.toLowerCase()}`;
  try {
    transceiver.setCodecPreferences?.([...codecs.filter(isIt), ...codecs.filter((other) => !isIt(other))]);
  } catch {
    // The browser's own order stays.
  }
}

/**
 * The codec for a picture: what the room prefers, else what is wished for, as far as the room takes it and
 * this browser has it.
 * @param {import('./messages.js').Codecs|null} room @param {string} [wish]
 */
export function codecFor(room, wish = 'VP8') {
  const { allowed = [], preferred = [] } = room ?? {};
  const isTaken = (/** @type {string} */ codec) => !room || allowed.some((one) => one === codec);
  return [...preferred, wish, ...allowed].find((codec) => isTaken(codec) && canSend(codec)) ?? wish;
}

/** Whether this browser can send a codec. @param {string} codec */
export function canSend(codec) {
  const codecs = globalThis.RTCRtpSender?.getCapabilities?.('video')?.codecs ?? [];
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === `video/${codec.toLowerCase()}`);
}

/**
 * An Opus encoder obeys the parameters in the description of whom it sends to (RFC 7587 §6.1), so the
 * answer is told what the publisher wants.
 * @param {string} sdp @param {Map<string|null, {stereo?: boolean, dtx?: boolean}>} wishes by mid
 */
export function tuneOpus(sdp, wishes) {
  const [session, ...sections] = sdp.split(/(?=^m=)/m);
  const tuned = sections.map((section) => {
    const wish = wishes.get(/^a=mid:(\S+)/m.exec(section)?.[1] ?? '');
    return wish ? withParameters(section, { stereo: wish.stereo, usedtx: wish.dtx }) : section;
  });
  return session + tuned.join('');
}

/** What is received in stereo has to be asked for in stereo. @param {string} offer @param {string} answer */
export function answerStereo(offer, answer) {
  const wishes = new Map();
  for (const section of offer.split(/(?=^m=)/m)) {
    const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
    if (mid && /^a=fmtp:.*\bstereo=1/m.test(section)) wishes.set(mid, { stereo: true });
  }
  return wishes.size ? tuneOpus(answer, wishes) : answer;
}

/** @param {string} section @param {Record<string, boolean|undefined>} parameters */
function withParameters(section, parameters) {
  const type = /^a=rtpmap:(\d+) opus\//im.exec(section)?.[1];
  if (!type) return section;
  const line = new RegExp(`^a=fmtp:${type} (.*?)\\r?$`, 'm');
  const entries = (line.exec(section)?.[1] ?? '').split(';').map((entry) => entry.trim()).filter(Boolean);
  const values = new Map(entries.map((entry) => /** @type {[string, string]} */ (entry.split('=', 2))));
  for (const [name, isOn] of Object.entries(parameters)) {
    if (isOn !== undefined) values.set(name, isOn ? '1' : '0');
  }
  const fmtp = `a=fmtp:${type} ${[...values].map(([name, value]) => `${name}=${value}`).join(';')}`;
  if (line.test(section)) return section.replace(line, fmtp);
  return section.replace(new RegExp(`^a=rtpmap:${type} .*$`, 'm'), (rtpmap) => `${rtpmap.trimEnd()}\r\n${fmtp}`);
}
