/**
 * @typedef {object} CaptureOptions
 * @property {string} [deviceId] which camera or microphone; any, if left out
 * @property {number} [width] of the picture wished for (1280)
 * @property {number} [height] of the picture wished for (720)
 * @property {number} [frameRate] pictures a second wished for (30; 15 for screens)
 * @property {'user'|'environment'} [facingMode] which side of a phone
 * @property {boolean} [echoCancellation] (true)
 * @property {boolean} [noiseSuppression] (true)
 * @property {boolean} [autoGainControl] (true)
 * @property {boolean} [stereo] two channels of sound, unfiltered (false)
 * @property {boolean} [audio] share the sound of the screen as well (false)
 */
/** Opens a camera. @param {CaptureOptions} [options] @returns {Promise<MediaStreamTrack>} */
export function openCamera({ deviceId, width, height, frameRate, facingMode }?: CaptureOptions): Promise<MediaStreamTrack>;
/** Opens a microphone. @param {CaptureOptions} [options] @returns {Promise<MediaStreamTrack>} */
export function openMicrophone({ deviceId, stereo, ...filters }?: CaptureOptions): Promise<MediaStreamTrack>;
/** Asks for a screen, a window or a tab. @param {CaptureOptions} [options] @returns {Promise<MediaStreamTrack[]>} */
export function openScreen({ audio, frameRate }?: CaptureOptions): Promise<MediaStreamTrack[]>;
/**
 * Cameras, microphones or loudspeakers. Their labels are empty until one of them has been opened.
 * @param {MediaDeviceKind} kind
 */
export function listDevices(kind: MediaDeviceKind): Promise<MediaDeviceInfo[]>;
/** Calls `listener` whenever a device is plugged in or out. @param {() => void} listener @returns {() => void} what stops it */
export function onDevicesChanged(listener: () => void): () => void;
export type CaptureOptions = {
    /**
     * which camera or microphone; any, if left out
     */
    deviceId?: string | undefined;
    /**
     * of the picture wished for (1280)
     */
    width?: number | undefined;
    /**
     * of the picture wished for (720)
     */
    height?: number | undefined;
    /**
     * pictures a second wished for (30; 15 for screens)
     */
    frameRate?: number | undefined;
    /**
     * which side of a phone
     */
    facingMode?: "environment" | "user" | undefined;
    /**
     * (true)
     */
    echoCancellation?: boolean | undefined;
    /**
     * (true)
     */
    noiseSuppression?: boolean | undefined;
    /**
     * (true)
     */
    autoGainControl?: boolean | undefined;
    /**
     * two channels of sound, unfiltered (false)
     */
    stereo?: boolean | undefined;
    /**
     * share the sound of the screen as well (false)
     */
    audio?: boolean | undefined;
};
