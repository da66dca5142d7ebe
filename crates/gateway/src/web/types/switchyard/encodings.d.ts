/**
 * @param {MediaStreamTrack} track
 * @param {SendOptions & {source?: import('./messages.js').Source}} options
 * @returns {RTCRtpEncodingParameters[]}
 */
export function encodingsOf(track: MediaStreamTrack, options: SendOptions & {
    source?: import("./messages.js").Source;
}): RTCRtpEncodingParameters[];
/**
 * Sends in another way from now on, in as many encodings as before.
 * @param {RTCRtpSender} sender @param {RTCRtpEncodingParameters[]} encodings
 */
export function changeEncodings(sender: RTCRtpSender, encodings: RTCRtpEncodingParameters[]): Promise<void>;
/**
 * What is sent of a track: how many pictures of which size and bitrate.
 */
export type SendOptions = {
    /**
     * several sizes at once (true, but false for screens), or the
     * encodings themselves
     */
    simulcast?: boolean | RTCRtpEncodingParameters[] | undefined;
    /**
     * the codec to use unless the room prefers another or does not take
     * it (VP8). With VP9 and AV1 one stream in layers takes the place of simulcast, where the browser can
     */
    codec?: "VP8" | "VP9" | "H264" | "AV1" | "H265" | undefined;
    /**
     * the layers of that stream (`L3T3_KEY`)
     */
    scalabilityMode?: string | undefined;
    /**
     * of the largest picture or the sound, in bit/s
     */
    maxBitrate?: number | undefined;
    /**
     * pictures a second
     */
    maxFramerate?: number | undefined;
    /**
     * what to keep when there is too little room (`detail` for screens)
     */
    contentHint?: "" | "detail" | "text" | "motion" | "speech" | "music" | undefined;
    /**
     * two channels of sound (false)
     */
    stereo?: boolean | undefined;
    /**
     * send next to nothing in silence (true for microphones)
     */
    dtx?: boolean | undefined;
};
