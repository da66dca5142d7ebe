// Somebody's machine leaves its network for another while the picture moves: its old address is gone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { seesAndHears } from './lib/claims.mjs';
import { enter } from './lib/client.mjs';
import { figure } from './lib/figures.mjs';
import { clock, longestGap, picturesMove, watchPictures } from './lib/gaps.mjs';
import { abroad, reachable, startMachine } from './lib/machine.mjs';
import { sleep, startServer, until } from './lib/server.mjs';

const CAMERA = { width: 640, height: 360 };

/** How often somebody moves: there and back, twice. */
const MOVES = 4;

/** How long a picture should stand still for it at most, in milliseconds. */
const TARGET_MS = 2_000;

let server;
let home;
before(async () => {
  server = await startServer({ name: 'network-change', args: reachable });
  home = await launchChromium();
});
after(async () => {
  await home?.close();
  await server?.stop();
});

/** How a machine gets from one network into the other. */
const WAYS = {
  'at once': (machine, from, to) => {
    machine.enter(to);
    machine.leave(from);
  },
  'half a second later': async (machine, from, to) => {
    machine.leave(from);
    await sleep(500);
    machine.enter(to);
  },
  'being in both for a while': async (machine, from, to) => {
    machine.enter(to);
    await sleep(3_000);
    machine.prefer(to);
    await sleep(1_000);
    machine.leave(from);
  },
};

/** Ada publishes, Bob watches; both use devices, so that their browsers know every network of theirs. `mover` moves. */
async function holds(t, mover, way) {
  const machine = await startMachine();
  const away = await machine.launch();
  const room = `${mover} ${way}`.replaceAll(' ', '-');
  const come = (identity) => enter(identity === mover ? away : home, 'network-change', {
    room, identity, camera: CAMERA, at: identity === mover ? abroad : undefined,
  });
  const pages = { ada: await come('ada'), bob: await come('bob') };
  await seesAndHears(pages.bob, 1);
  await watchPictures(pages.bob, 'ada');
  await pages[mover].evaluate(() => {
    window.told = [];
    for (const type of ['track', 'track-removed', 'participant-left', 'ended', 'error']) {
      window.room.on(type, ({ error }) => window.told.push(`${type} ${error?.code ?? ''}`.trim()));
    }
  });
  const connections = await pages[mover].evaluate(() => window.seen.peers.length);
  await sleep(2_000);

  const gaps = [];
  for (let move = 0; move < MOVES; move += 1) {
    const from = await clock(pages.bob);
    await WAYS[way](machine, 1 + move % 2, 2 - move % 2);
    await sleep(1_500);
    await until('moving pictures', () => picturesMove(pages.bob), 30);
    gaps.push(await longestGap(pages.bob, from));
    await sleep(3_000);
  }

  t.diagnostic(`gaps of ${gaps} ms`);
  assert.deepEqual(await pages[mover].evaluate(() => window.told), [], 'nothing else happened');
  assert.equal(await pages[mover].evaluate(() => window.seen.peers.length), connections, 'the connections are the same');
  figure(t, 'longest gap', Math.max(...gaps), { atMost: TARGET_MS });
  for (const page of [pages.ada, pages.bob]) await page.close();
  await away.close();
  await machine.stop();
}

for (const way of Object.keys(WAYS)) {
  test(`the picture goes on when its publisher leaves one network for another, ${way}`, (t) => holds(t, 'ada', way));
  test(`the picture goes on when its subscriber leaves one network for another, ${way}`, (t) => holds(t, 'bob', way));
}
