// Somebody listens over the air, where datagrams get lost: what is lost of the sound is found in what follows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { figure } from './lib/figures.mjs';
import { abroad, reachable, startMachine } from './lib/machine.mjs';
import { inbound } from './lib/observe.mjs';
import { sleep, startServer, until } from './lib/server.mjs';

/** How long each stretch is measured, in seconds. */
const MEASURED = 20;

let server;
let home;
let machine;
let away;
before(async () => {
  server = await startServer({ name: 'lossy-sound', args: reachable });
  home = await launchChromium();
  machine = await startMachine();
  away = await machine.launch();
});
after(async () => {
  await home?.close();
  await away?.close();
  await machine?.stop();
  await server?.stop();
});

/** What of Ada's sound arrives at Bob. */
async function arrives(bob) {
  const [audio] = await inbound(bob, 'audio');
  const { packetsReceived = 0, packetsLost = 0, bytesReceived = 0, totalSamplesReceived = 0, concealedSamples = 0 } = audio ?? {};
  return { packets: packetsReceived, lost: packetsLost, bytes: bytesReceived, samples: totalSamplesReceived, concealed: concealedSamples };
}

/** What arrives from now on: bytes of a packet, percent of the packets that were lost, and of the sound that was made up. */
async function measure(bob, seconds) {
  const before = await arrives(bob);
  await sleep(seconds * 1_000);
  const now = await arrives(bob);
  const packets = now.packets - before.packets;
  const lost = now.lost - before.lost;
  return {
    size: (now.bytes - before.bytes) / packets,
    lost: (100 * lost) / (lost + packets),
    concealed: (100 * (now.concealed - before.concealed)) / (now.samples - before.samples),
  };
}

test('sound goes on where a fifth of it is lost', async (t) => {
  const ada = await enter(home, 'lossy-sound', { room: 'lossy-sound', identity: 'ada' });
  await ada.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    await window.room.publish(stream.getAudioTracks()[0], { source: 'microphone' });
  });
  const bob = await enter(away, 'lossy-sound', { room: 'lossy-sound', identity: 'bob', at: abroad });
  await until('sound', async () => (await arrives(bob)).packets > 100, 30);
  const alone = await measure(bob, 3);

  for (const percent of [5, 20]) {
    try {
      machine.lose(percent);
    } catch (error) {
      t.skip(`nothing to lose packets with: ${error.stderr}`);
      return;
    }
    // Browsers name the codec that they decode: whether it comes more than once is seen by its size alone.
    await until('sound with repeats', async () => (await measure(bob, 1)).size > 1.5 * alone.size, 30);
    await sleep(5_000);
    const { size, lost, concealed } = await measure(bob, MEASURED);
    assert.ok(lost > percent / 2, `${lost} % were lost`);
    assert.ok(concealed < lost / 2, `${concealed} % were made up of ${lost} % lost`);
    t.diagnostic(`${lost.toFixed(1)} % of the packets lost, ${size.toFixed(0)} bytes in each instead of ${alone.size.toFixed(0)}`);
    figure(t, `sound made up at ${percent} % lost`, concealed, { atMost: 2, unit: '%' });
  }
});
