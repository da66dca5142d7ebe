// Browsers watch from far away, over a way that loses some of everything.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, before, test } from 'node:test';

import { downlink, inWords, watchDownlink, writeDown } from './lib/admin.mjs';
import { launchChromium, launchFirefox } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { layFarMedia, takeTheLongWay } from './lib/far_media.mjs';
import { figure } from './lib/figures.mjs';
import { inbound, outbound } from './lib/observe.mjs';
import { sleep, startServer, until } from './lib/server.mjs';

const ROOM = 'lossy-link';

/** This machine, as browsers find it that are told nothing about the network. */
const ADDRESS = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === 'IPv4' && !internal).address;

/** How long is watched, in seconds. */
const WATCHED = 30;

let server;
let home;
let way;
let ada;
before(async () => {
  server = await startServer({ name: ROOM, args: ['--announce', ADDRESS], env: { SWITCHYARD_MEDIA__ADAPT: 'true' } });
  way = await layFarMedia({ address: ADDRESS, delay: 40, loss: 0.05 });
  home = await launchChromium();
  ada = await enter(home, ROOM, { room: ROOM, identity: 'ada', camera: { width: 640, height: 360 } });
  await sleep(5_000);
});
after(async () => {
  await home?.close();
  await way?.stop();
  await server?.stop();
});

/** How many frames Ada has sent of the layer with the most. */
const published = async () => Math.max(...(await outbound(ada, 'video')).map(({ framesSent = 0 }) => framesSent));

/** What of Ada's picture and sound came. */
async function arrived(page) {
  const [video] = await inbound(page, 'video');
  const [audio] = await inbound(page, 'audio');
  return {
    frames: video?.framesDecoded ?? 0,
    width: video?.frameWidth ?? 0,
    frozen: video?.totalFreezesDuration ?? 0,
    asked: video?.nackCount ?? 0,
    keyframesAsked: video?.pliCount ?? 0,
    samples: audio?.totalSamplesReceived ?? 0,
    concealed: audio?.concealedSamples ?? 0,
    silent: audio?.silentConcealedSamples ?? 0,
    lost: audio?.packetsLost ?? 0,
    heard: audio?.packetsReceived ?? 0,
  };
}

const BROWSERS = [
  { name: 'Chromium', launch: () => launchChromium() },
  { name: 'Firefox', launch: () => launchFirefox() },
];

for (const { name, launch } of BROWSERS) {
  test(`${name} sees and hears over a way that is 40 ms long and loses 5 % in each direction`, async (t) => {
    const browser = await launch();
    try {
      const bob = await enter(browser, ROOM, { room: ROOM, identity: name, prepare: takeTheLongWay });
      await until('a picture', async () => (await arrived(bob)).frames > 0, 60);
      await sleep(5_000);
      const [sentBefore, before] = [await published(), await arrived(bob)];
      const watch = watchDownlink(ROOM, name);
      await sleep(WATCHED * 1_000);
      watch.stop();
      writeDown(`${ROOM}-${name}`, watch.seen);
      const [sent, now] = [await published() - sentBefore, await arrived(bob)];
      const known = await downlink(ROOM, name);

      const came = Object.fromEntries(Object.entries(now).map(([what, count]) => [what, count - before[what]]));
      t.diagnostic(`${came.frames} of ${sent} frames, ${now.width} wide; asked for ${came.asked} packets and ${came.keyframesAsked} keyframes; stood still for ${came.frozen.toFixed(1)} s`);
      t.diagnostic(`sound: ${came.lost} of ${came.lost + came.heard} packets lost`);
      t.diagnostic(inWords({ at: WATCHED, ...known }));
      assert.ok(known.round_trip_ms >= 80, `a round trip of ${known.round_trip_ms} ms`);
      assert.ok(came.frames > 0 && came.samples > 0, 'picture and sound go on');
      figure(t, 'frames shown of those published', (came.frames / sent) * 100, { atLeast: 95, unit: '%' });
      figure(t, 'sound made up', (came.concealed / came.samples) * 100, { atMost: 2, unit: '%' });
    } finally {
      await browser.close();
    }
  });
}
