// @ts-check
/**
 * What is sent of a track: how many pictures of which size and bitrate.
 *
 * @typedef {object} SendOptions
 * @property {boolean|RTCRtpEncodingParameters[]} [simulcast] several sizes at once (true, but false for screens), or the
 *   encodings themselves
 * @property {'VP8'|'VP9'|'H264'|'AV1'|'H265'} [codec] the codec to use unless the room prefers another or does not take
 *   it (VP8). With VP9 and AV1 one stream in layers takes the place of simulcast, where the browser can
 * @property {string} [scalabilityMode] the layers of that stream (`L3T3_KEY`)
 * @property {number} [maxBitrate] of the largest picture or the sound, in bit/s
 * @property {number} [maxFramerate] pictures a second
 * @property {'motion'|'detail'|'text'|'speech'|'music'|''} [contentHint] what to keep when there is too little room (`detail` for screens)
 * @property {boolean} [stereo] two channels of sound (false)
 * @property {boolean} [dtx] send next to nothing in silence (true for microphones)
 */

/** From how many pixels on which bitrate suits a picture, in bits per second. */
const BITRATES = [
  [1920 * 1080, 5_000_000],
  [1280 * 720, 2_500_000],
  [960 * 540, 1_200_000],
  [640 * 360, 500_000],
  [480 * 270, 350_000],
  [0, 150_000],
];

/** Opus sounds as good as it gets from here on, for speech and for music in stereo. */
const SPEECH_BITRATE = 64_000;
const STEREO_BITRATE = 128_000;

/** Codecs that carry their layers in one stream. */
const LAYERED = new Set(['VP9', 'AV1']);

/**
 * @param {MediaStreamTrack} track
 * @param {SendOptions & {source?: import('./messages.js').Source}} options
 * @returns {RTCRtpEncodingParameters[]}
 */
export function encodingsOf(track, options) {
  const { simulcast = options.source !== 'screen', maxBitrate, maxFramerate, stereo } = options;
  if (Array.isArray(simulcast)) return simulcast;
  if (track.kind === 'audio') return [{ maxBitrate: maxBitrate ?? (stereo ? STEREO_BITRATE : SPEECH_BITRATE) }];
  const encodings = LAYERED.has(options.codec ?? 'VP8') ? layered(track, options) : sizes(track, simulcast, maxBitrate);
  return maxFramerate ? encodings.map((encoding) => ({ ...encoding, maxFramerate })) : encodings;
}

/** @param {MediaStreamTrack} track @param {SendOptions} options */
function layered(track, { simulcast = true, scalabilityMode = simulcast ? 'L3T3_KEY' : 'L1T3', maxBitrate = Infinity }) {
  const encoding = { maxBitrate: Math.min(suitedBitrate(pixelsOf(track)), maxBitrate), scalabilityMode };
  return [/** @type {RTCRtpEncodingParameters} */ (encoding)];
}

/**
 * Browsers drop the largest layers of small pictures, so no more layers are asked for than will be sent:
 * three from 960×540 on, two from 480×270 on.
 * @param {MediaStreamTrack} track @param {boolean} simulcast @param {number} [maxBitrate]
 */
function sizes(track, simulcast, maxBitrate = Infinity) {
  const pixels = pixelsOf(track);
  const bitrate = (/** @type {number} */ scale) => Math.min(suitedBitrate(pixels / scale ** 2), maxBitrate);
  const count = pixels >= 960 * 540 ? 3 : pixels >= 480 * 270 ? 2 : 1;
  if (!simulcast || count === 1) return [{ maxBitrate: bitrate(1) }];
  const layers = /** @type {[string, number][]} */ ([['q', 4], ['h', 2], ['f', 1]]).slice(-count);
  return layers.map(([rid, scale]) => ({ rid, scaleResolutionDownBy: scale, maxBitrate: bitrate(scale) }));
}

/** @param {MediaStreamTrack} track */
function pixelsOf(track) {
  const { width = 1280, height = 720 } = track.getSettings();
  return width * height;
}

/** @param {number} pixels */
function suitedBitrate(pixels) {
  return BITRATES.find(([least]) => pixels >= least)?.[1] ?? Infinity;
}

/**
 * Sends in another way from now on, in as many encodings as before.
 * @param {RTCRtpSender} sender @param {RTCRtpEncodingParameters[]} encodings
 */
export async function changeEncodings(sender, encodings) {
  const parameters = sender.getParameters();
  parameters.encodings = parameters.encodings.map(({ rid, scaleResolutionDownBy }, place) => ({
    active: true,
    ...(scaleResolutionDownBy === undefined ? {} : { scaleResolutionDownBy: 1 }),
    ...encodings[place],
    ...(rid === undefined ? {} : { rid }),
  }));
  await sender.setParameters(parameters);
}
