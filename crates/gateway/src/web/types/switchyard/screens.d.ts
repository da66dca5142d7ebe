/**
 * @typedef {{adaptive?: boolean}} AttachOptions `adaptive`: receive no larger picture than the element shows, and
 *   none while it is out of sight (true for video)
 */
export class Screens {
    /** @param {() => void} onNeed called when what is needed may have changed */
    constructor(onNeed: () => void);
    onNeed: () => void;
    /** @param {HTMLMediaElement} element @param {MediaStreamTrack|null} track @param {boolean} adaptive */
    add(element: HTMLMediaElement, track: MediaStreamTrack | null, adaptive: boolean): void;
    /** @param {HTMLMediaElement} element */
    remove(element: HTMLMediaElement): void;
    clear(): void;
    /** @param {MediaStreamTrack|null} track */
    show(track: MediaStreamTrack | null): void;
    /**
     * The widest that is shown, 0 when nothing is in sight, null when nobody knows.
     * @returns {number|null}
     */
    get width(): number | null;
    #private;
}
/**
 * `adaptive`: receive no larger picture than the element shows, and
 *   none while it is out of sight (true for video)
 */
export type AttachOptions = {
    adaptive?: boolean;
};
