// @ts-check
/** How loud a microphone is. */

/** Below this many decibels nothing is shown; a whisper close by is at about -50. */
const FLOOR_DB = -60;

/**
 * Tells the loudness of a track about 15 times a second, from 0 to 1.
 * @param {MediaStreamTrack} track @param {(level: number) => void} tell
 * @returns {() => void} what stops it
 */
export function watchLevel(track, tell) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) }).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    // A browser may hold sound back until somebody has clicked.
    if (context.state === 'suspended') context.resume().catch(() => {});
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    tell(Math.min(1, Math.max(0, 1 - (10 * Math.log10(power + 1e-12)) / FLOOR_DB)));
  }, 66);
  return () => {
    clearInterval(timer);
    context.close().catch(() => {});
  };
}
