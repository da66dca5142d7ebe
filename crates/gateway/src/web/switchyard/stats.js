// @ts-check
/**
 * Statistics in words of calls: bitrates since the last time they were asked for, in bit/s.
 *
 * @typedef {object} RemoteStats
 * @property {number|null} bitrate received, in bit/s; null the first time
 * @property {number} packetsLost
 * @property {number|null} loss the part of packets lost since the last time, from 0 to 1
 * @property {number|null} rtt to the server and back, in milliseconds
 * @property {number|null} jitter in milliseconds
 * @property {number|null} width
 * @property {number|null} height
 * @property {number|null} fps
 * @property {number|null} freezes
 * @property {string|null} codec
 * @property {number|null} layer the layer that is received
 *
 * @typedef {{rid: string|null, bitrate: number|null, width: number|null, height: number|null, fps: number|null,
 *   limitedBy: string|null}} SentEncoding
 *
 * @typedef {object} LocalStats
 * @property {number|null} bitrate sent in all encodings, in bit/s; null the first time
 * @property {SentEncoding[]} encodings
 * @property {number|null} loss the part of packets that the server missed lately, from 0 to 1
 * @property {number|null} rtt to the server and back, in milliseconds
 * @property {number|null} width of the largest picture sent
 * @property {number|null} height
 * @property {number|null} fps
 * @property {string|null} codec
 *
 * @typedef {{sent: number|null, received: number|null, rtt: number|null, availableOutgoing: number|null}} RoomStats
 */

/** @type {WeakMap<object, Map<string, {value: number, at: number}>>} */
const earlier = new WeakMap();

/** How much a counter has risen since it was last looked at, per second. @param {object} owner @param {string} id @param {number|undefined} value */
function rate(owner, id, value, at = performance.now()) {
  if (value === undefined) return null;
  const known = earlier.get(owner) ?? new Map();
  earlier.set(owner, known);
  const before = known.get(id);
  known.set(id, { value, at });
  return before && at > before.at && value >= before.value ? ((value - before.value) * 1000) / (at - before.at) : null;
}

/** @param {object} owner @param {any} entry @param {'bytesReceived'|'bytesSent'} field */
function bitrate(owner, entry, field) {
  const bytes = rate(owner, `${entry.id} ${field}`, entry[field], entry.timestamp);
  return bytes === null ? null : Math.round(bytes * 8);
}

/** @param {RTCStatsReport} report @param {string} type @returns {any[]} */
function ofType(report, type) {
  return [...report.values()].filter((entry) => entry.type === type);
}

/** @param {RTCStatsReport} report @param {any} [entry] @returns {string|null} */
function codecOf(report, entry) {
  const codec = /** @type {any} */ (report).get(entry?.codecId);
  return codec?.mimeType?.split('/')[1] ?? null;
}

/** @param {(number|null)[]} values */
function sum(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((all, value) => all + value, 0) : null;
}

/** @param {number|undefined} seconds */
const milliseconds = (seconds) => (seconds === undefined ? null : seconds * 1000);

/** @param {RTCStatsReport} report */
function pairOf(report) {
  const pairs = ofType(report, 'candidate-pair');
  return pairs.find(({ nominated, state }) => nominated && state === 'succeeded') ?? pairs.find(({ selected }) => selected);
}

/**
 * @param {import('./remote_publication.js').RemotePublication} publication
 * @returns {Promise<RemoteStats>}
 */
export async function remoteStats(publication) {
  const report = (await publication.transceiver?.receiver.getStats()) ?? /** @type {any} */ (new Map());
  const [entry = {}] = ofType(report, 'inbound-rtp');
  const lost = rate(publication, 'lost', entry.packetsLost, entry.timestamp);
  const received = rate(publication, 'received', entry.packetsReceived, entry.timestamp);
  const packets = (lost ?? 0) + (received ?? 0);
  return {
    bitrate: bitrate(publication, entry, 'bytesReceived'),
    packetsLost: entry.packetsLost ?? 0,
    loss: received === null ? null : packets ? (lost ?? 0) / packets : 0,
    rtt: milliseconds(pairOf(report)?.currentRoundTripTime),
    jitter: milliseconds(entry.jitter),
    width: entry.frameWidth ?? null,
    height: entry.frameHeight ?? null,
    fps: entry.framesPerSecond ?? null,
    freezes: entry.freezeCount ?? null,
    codec: codecOf(report, entry),
    layer: publication.decision?.layer ?? null,
  };
}

/**
 * @param {import('./local_publication.js').LocalPublication} publication
 * @returns {Promise<LocalStats>}
 */
export async function localStats(publication) {
  const report = await publication.transceiver.sender.getStats();
  const sent = ofType(report, 'outbound-rtp');
  const heard = ofType(report, 'remote-inbound-rtp');
  const encodings = sent.map((entry) => ({
    rid: entry.rid ?? null,
    bitrate: bitrate(publication, entry, 'bytesSent'),
    width: entry.frameWidth ?? null,
    height: entry.frameHeight ?? null,
    fps: entry.framesPerSecond ?? null,
    limitedBy: entry.qualityLimitationReason ?? null,
  }));
  const largest = encodings.reduce((best, one) => ((one.width ?? 0) > (best?.width ?? 0) ? one : best), encodings[0]);
  const losses = heard.map(({ fractionLost }) => fractionLost).filter((value) => value !== undefined);
  return {
    bitrate: sum(encodings.map((encoding) => encoding.bitrate)),
    encodings,
    loss: losses.length ? Math.max(...losses) : null,
    rtt: milliseconds(heard.find(({ roundTripTime }) => roundTripTime !== undefined)?.roundTripTime),
    width: largest?.width ?? null,
    height: largest?.height ?? null,
    fps: largest?.fps ?? null,
    codec: codecOf(report, sent[0]),
  };
}

/**
 * @param {object} owner @param {RTCPeerConnection|null} publish @param {RTCPeerConnection|null} subscribe
 * @returns {Promise<RoomStats>}
 */
export async function roomStats(owner, publish, subscribe) {
  const reports = await Promise.all([publish, subscribe].map((pc) => pc?.getStats() ?? null));
  const [up, down] = reports.map((report) => report && pairOf(report));
  return {
    sent: up ? bitrate(owner, up, 'bytesSent') : null,
    received: down ? bitrate(owner, down, 'bytesReceived') : null,
    rtt: milliseconds((up ?? down)?.currentRoundTripTime),
    availableOutgoing: up?.availableOutgoingBitrate ?? null,
  };
}
