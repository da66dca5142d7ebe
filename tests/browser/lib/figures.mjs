// How fast, how much: figures that are reported, and that a busy machine may miss.

/** Whether a figure beyond its target is a fault. Set it where the machine has nothing else to do. */
const STRICT = Boolean(process.env.STRICT_FIGURES);

/**
 * Reports a figure and its target. A figure beyond the target fails the test only when the environment variable
 * `STRICT_FIGURES` is set.
 */
export function figure(t, what, value, { atMost = Infinity, atLeast = -Infinity, unit = 'ms' }) {
  const isMet = value <= atMost && value >= atLeast;
  const bounds = [...(atLeast > -Infinity ? [`at least ${atLeast} ${unit}`] : []), ...(atMost < Infinity ? [`at most ${atMost} ${unit}`] : [])];
  const words = `${what}: ${Math.round(value * 100) / 100} ${unit} (target: ${bounds.join(', ')}${isMet ? '' : ', missed'})`;
  t.diagnostic(words);
  if (STRICT && !isMet) throw new Error(words);
}
