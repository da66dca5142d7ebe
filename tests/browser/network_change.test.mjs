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

/** What Chromium takes to tell connections that it has tied to a network of another one, and what they need after that. */
const TIED_MS = 2_500;

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

/** What the page of somebody who moves is like. */
const PAGES = {
  /** It may use devices, as those of everybody who publishes. */
  usual: { devices: true },
  /** It has not asked for devices, and only watches. */
  'without devices': { devices: false },
  /** Its connections are tied to networks, as on a platform where the library makes them in the page itself. */
  tied: {
    devices: true,
    prepare: (page) => page.evaluateOnNewDocument(() => {
      Object.defineProperty(NavigatorUAData.prototype, 'platform', { get: () => 'Android' });
    }),
  },
};

/** Ada publishes, Bob watches; `mover` moves. */
async function holds(t, mover, way, { kind = 'usual', atMost = TARGET_MS } = {}) {
  const { devices, prepare } = PAGES[kind];
  const machine = await startMachine();
  const away = await machine.launch({ devices });
  const room = `${mover} ${way} ${kind}`.replaceAll(' ', '-');
  const come = (identity) => identity === mover
    ? enter(away, 'network-change', { room, identity, camera: devices ? CAMERA : null, at: abroad, prepare })
    : enter(home, 'network-change', { room, identity, camera: CAMERA });
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
  assert.equal(await knowsNetworks(pages[mover]), kind === 'tied', 'its connections know the networks of the machine');

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
  figure(t, 'longest gap', Math.max(...gaps), { atMost });
  for (const page of [pages.ada, pages.bob]) await page.close();
  await away.close();
  await machine.stop();
}

/** Whether the descriptions of a page's connections hold addresses of the machine. */
function knowsNetworks(page) {
  return page.evaluate(() => window.seen.live().some(({ localDescription }) => /^a=candidate:.* 10\.8\d\.0\.2 /m.test(localDescription.sdp)));
}

for (const way of Object.keys(WAYS)) {
  test(`the picture goes on when its publisher leaves one network for another, ${way}`, (t) => holds(t, 'ada', way));
  test(`the picture goes on when its subscriber leaves one network for another, ${way}`, (t) => holds(t, 'bob', way));
  test(`the picture goes on when somebody who only watches leaves one network for another, ${way}`, (t) => holds(t, 'bob', way, { kind: 'without devices' }));
}

for (const [way, atMost] of [['at once', TIED_MS], ['being in both for a while', TARGET_MS]]) {
  test(`connections that are tied to a network leave it for another, ${way}`, (t) => holds(t, 'bob', way, { kind: 'tied', atMost }));
}
