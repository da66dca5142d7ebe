// Somebody watches through a link that narrows and widens: what is sent is what fits.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { figure } from './lib/figures.mjs';
import { abroad, reachable, startMachine } from './lib/machine.mjs';
import { inbound } from './lib/observe.mjs';
import { sleep, startServer, until } from './lib/server.mjs';
import { layPipe, narrow } from './lib/shaping.mjs';

const CAMERA = { width: 1280, height: 720 };

let server;
let home;
let machine;
let away;
before(async () => {
  server = await startServer({ name: 'narrow-link', args: reachable, env: { SWITCHYARD_MEDIA__ADAPT: 'true' } });
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

/** What of Ada's picture and sound arrives at Bob. */
async function arrives(bob) {
  const [video] = await inbound(bob, 'video');
  const [audio] = await inbound(bob, 'audio');
  return {
    width: video?.frameWidth ?? 0,
    frames: video?.framesDecoded ?? 0,
    bytes: video?.bytesReceived ?? 0,
    frozen: video?.totalFreezesDuration ?? 0,
    concealed: audio?.concealedSamples ?? 0,
  };
}

/** Waits until a picture of this width is there. How long it took, in seconds. */
async function becomes(bob, width, seconds) {
  const since = Date.now();
  await until(`a picture ${width} wide`, async () => (await arrives(bob)).width === width, seconds);
  return (Date.now() - since) / 1_000;
}

test('the picture is as large as fits, whenever the link changes', async (t) => {
  await enter(home, 'narrow-link', { room: 'narrow-link', identity: 'ada', camera: CAMERA });
  await sleep(8_000);
  try {
    layPipe(500);
  } catch (error) {
    t.skip(`no queues to shape with: ${error.stderr}`);
    return;
  }
  const bob = await enter(away, 'narrow-link', { room: 'narrow-link', identity: 'bob', at: abroad });
  await until('a picture', async () => (await arrives(bob)).frames > 60, 30);
  const beginning = await arrives(bob);
  assert.ok(beginning.width < CAMERA.width, `a picture ${beginning.width} wide in 500 kbit/s`);

  narrow(4_000);
  figure(t, 'the largest layer after', await becomes(bob, CAMERA.width, 60), { atMost: 15, unit: 's' });
  await sleep(3_000);

  narrow(400);
  figure(t, 'the smallest layer after', await becomes(bob, CAMERA.width / 4, 30), { atMost: 2, unit: 's' });
  const before = await arrives(bob);
  await sleep(5_000);
  const end = await arrives(bob);
  assert.ok(end.frames - before.frames > 50, `${end.frames - before.frames} frames in five seconds`);
  assert.ok((end.bytes - before.bytes) * 8 / 5_000 < 400, 'no more than fits');
  figure(t, 'pictures stood still for', (end.frozen - beginning.frozen) * 1_000, { atMost: 1_500 });
  // Browsers play 48 samples a millisecond.
  figure(t, 'sound made up', (end.concealed - beginning.concealed) / 48, { atMost: 500 });
});
