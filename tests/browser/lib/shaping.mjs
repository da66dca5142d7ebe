// How much passes on the way to a machine: so much and no more, with a queue in front of it, as where a home is
// connected to its provider.
import { execFileSync } from 'node:child_process';

/** How long what comes last waits in a full queue, in milliseconds. */
const QUEUE_MS = 300;

const tc = (...args) => execFileSync('tc', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** Puts the queue in front of the way to a machine's first network. Throws where this system can't. */
export function layPipe(kbps) {
  tc('qdisc', 'add', 'dev', 'far1', 'root', 'handle', '1:', 'htb', 'default', '1');
  shape('add', kbps);
}

/** From now on this much passes, in kilobits a second. */
export const narrow = (kbps) => shape('replace', kbps);

function shape(how, kbps) {
  const rate = `${kbps}kbit`;
  tc('class', how, 'dev', 'far1', 'parent', '1:', 'classid', '1:1', 'htb', 'rate', rate, 'ceil', rate);
  tc('qdisc', 'replace', 'dev', 'far1', 'parent', '1:1', 'handle', '10:', 'bfifo', 'limit', `${Math.round((kbps * QUEUE_MS) / 8)}`);
}
