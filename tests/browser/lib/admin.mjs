// What the server tells its operator.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { artefacts } from './server.mjs';

const SECRET = 'development-only-everybody-knows-this-secret';

/** A participant with everything that hangs on it, as the admin API tells it. */
export async function participant(room, identity) {
  const headers = { Authorization: `Bearer ${SECRET}` };
  const path = `http://127.0.0.1:7980/v1/admin/rooms/devkey/${room}/participants/${identity}`;
  const answer = await fetch(path, { headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** What the server knows of the way to a participant; undefined before it knows anything. */
export async function downlink(room, identity) {
  const { connections } = await participant(room, identity);
  return connections.find((connection) => connection.way === 'subscribe')?.downlink ?? undefined;
}

/** Looks at the way to a participant every second until `stop`, which gives what was seen, with the time of each look in seconds. */
export function watchDownlink(room, identity) {
  const seen = [];
  const began = Date.now();
  const look = async () => {
    const known = await downlink(room, identity).catch(() => undefined);
    if (known) seen.push({ at: (Date.now() - began) / 1_000, ...known });
  };
  const timer = setInterval(look, 1_000);
  return { seen, stop: () => clearInterval(timer) };
}

/** A look in a few words. */
export function inWords({ at, sent_bits_per_second: sent, round_trip_ms: rtt, queue_ms: queue, estimate }) {
  const kbps = (rate) => (rate === null ? '-' : Math.round(rate / 1_000));
  const { bits_per_second: fits, arriving_bits_per_second: arriving, spent_bits_per_second: spent, wanted_bits_per_second: wanted, loss, held_by: by } = estimate;
  return `${at.toFixed(0)} s: fits ${kbps(fits)} (${by}), sent ${kbps(sent)}, arriving ${kbps(arriving)}, spent ${kbps(spent)}, wanted ${kbps(wanted)}, `
    + `rtt ${rtt} ms, queue ${queue} ms, loss ${(loss * 100).toFixed(1)} %`;
}

/** Leaves what was seen of a way among the artefacts, a line for each look. */
export function writeDown(name, seen) {
  writeFileSync(join(artefacts, `${name}.downlink.log`), seen.map((look) => `${inWords(look)}\n`).join(''));
}
