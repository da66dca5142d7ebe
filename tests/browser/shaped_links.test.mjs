// Browsers watch through links that carry less than there is, and then more: the server finds out how much fits.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { watchDownlink, writeDown } from './lib/admin.mjs';
import { launchChromium } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { figure } from './lib/figures.mjs';
import { spread } from './lib/gaps.mjs';
import { abroad, reachable, startMachine } from './lib/machine.mjs';
import { sleep, startServer, until } from './lib/server.mjs';
import { layPipe, narrow } from './lib/shaping.mjs';

const CAMERA = { width: 1280, height: 720 };
const ROOM = 'shaped-links';

/** More than all want, in kilobits a second. */
const FREE = 10_000;

let server;
let home;
let machine;
let shaped = true;
before(async () => {
  server = await startServer({ name: ROOM, args: reachable, env: { SWITCHYARD_MEDIA__ADAPT: 'true' } });
  home = await launchChromium();
  machine = await startMachine();
  // Two pictures: that of one is less than the widest of the links carries.
  for (const identity of ['ada', 'cem']) await enter(home, ROOM, { room: ROOM, identity, camera: CAMERA });
  await sleep(8_000);
  try {
    layPipe(FREE);
  } catch {
    shaped = false;
  }
});
after(async () => {
  await home?.close();
  await machine?.stop();
  await server?.stop();
});

/** How wide the pictures are that somebody sees. */
const widths = (page) => page.evaluate(() => window.seen.remoteVideos().map((video) => video.videoWidth));

const isWhole = (seen) => seen.length === 2 && seen.every((width) => width === CAMERA.width);

const BROWSERS = [
  { name: 'Chromium', launch: () => machine.launch() },
  { name: 'Firefox', launch: () => machine.launchFirefox() },
];

for (const { name, launch } of BROWSERS) {
  for (const kbps of [1_500, 500]) {
    test(`${name} on ${kbps} kbit/s gets what fits, and everything when the link is freed`, async (t) => {
      if (!shaped) return t.skip('no queues to shape with');
      narrow(kbps);
      const browser = await launch();
      const identity = `${name}-${kbps}`;
      const bob = await enter(browser, ROOM, { room: ROOM, identity, at: abroad });
      const watch = watchDownlink(ROOM, identity);
      try {
        await until('a picture', async () => (await widths(bob)).some((width) => width > 0), 60);
        await sleep(10_000);
        const narrowed = await widths(bob);
        await sleep(5_000);
        const settled = watch.seen.slice(-5).map(({ estimate }) => estimate.bits_per_second / 1_000);
        t.diagnostic(`widths: ${narrowed}`);
        assert.ok(!isWhole(narrowed), `pictures ${narrowed} wide in ${kbps} kbit/s`);

        narrow(FREE);
        const since = Date.now();
        await until('all of both pictures', async () => isWhole(await widths(bob)), 90);
        const took = (Date.now() - since) / 1_000;
        await sleep(2_000);
        watch.stop();
        const { least, median, greatest } = spread(settled);
        t.diagnostic(`after 10 s ${least.toFixed(0)} to ${greatest.toFixed(0)} kbit/s`);
        figure(t, 'estimated after 10 s', median, { atLeast: kbps * 0.75, atMost: Math.round(kbps * 1.1), unit: 'kbit/s' });
        figure(t, 'everything after', took, { atMost: 15, unit: 's' });
      } finally {
        watch.stop();
        writeDown(`${ROOM}-${identity}`, watch.seen);
        await browser.close();
      }
    });
  }
}
