/** Which codec is used, and how Opus is to encode. */
/**
 * Puts a codec first where the browser lets us; otherwise the server chooses.
 * @param {RTCRtpTransceiver} transceiver @param {string} codec
 */
export function preferCodec(transceiver: RTCRtpTransceiver, codec: string): void;
/**
 * The codec for a picture: what the room prefers, else what is wished for, as far as the room takes it and
 * this browser has it.
 * @param {import('./messages.js').Codecs|null} room @param {string} [wish]
 */
export function codecFor(room: import("./messages.js").Codecs | null, wish?: string): string;
/** Whether this browser can send a codec. @param {string} codec */
export function canSend(codec: string): boolean;
/**
 * An Opus encoder obeys the parameters in the description of whom it sends to (RFC 7587 §6.1), so the
 * answer is told what the publisher wants.
 * @param {string} sdp @param {Map<string|null, {stereo?: boolean, dtx?: boolean}>} wishes by mid
 */
export function tuneOpus(sdp: string, wishes: Map<string | null, {
    stereo?: boolean;
    dtx?: boolean;
}>): string;
/** What is received in stereo has to be asked for in stereo. @param {string} offer @param {string} answer */
export function answerStereo(offer: string, answer: string): string;
