// Somebody's address changes while the picture moves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { seesAndHears } from './lib/claims.mjs';
import { enter } from './lib/client.mjs';
import { figure } from './lib/figures.mjs';
import { clock, longestGap, picturesMove, spread, watchPictures } from './lib/gaps.mjs';
import { startNat } from './lib/rebinding.mjs';
import { metric, sleep, startServer, until } from './lib/server.mjs';

const CAMERA = { width: 640, height: 360 };

/** How often a NAT forgets what it knew. */
const REBINDINGS = 10;

/** How long a picture should stand still for it at most, in milliseconds. */
const TARGET_MS = 2_000;

let server;
let browser;
let rooms = 0;
before(async () => {
  server = await startServer({ name: 'address-change' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Ada publishes, Bob watches; `behind` is behind a NAT that rebinds. */
async function holds(t, behind) {
  rooms += 1;
  const nat = await startNat();
  const come = (identity, camera) => enter(browser, 'address-change', {
    room: `address-${rooms}`, identity, camera, prepare: identity === behind ? nat.through : undefined,
  });
  const [ada, bob] = [await come('ada', CAMERA), await come('bob', null)];
  await seesAndHears(bob, 1);
  await watchPictures(bob, 'ada');
  await sleep(2_000);
  const rebindings = () => metric('switchyard_demux_rebindings_total');
  const [followed, calm] = [await rebindings(), await clock(bob)];
  await sleep(5_000);
  const quiet = await longestGap(bob, calm);

  const gaps = [];
  for (let round = 0; round < REBINDINGS; round += 1) {
    const from = await clock(bob);
    nat.rebind();
    // Not a multiple of the time between two checks: each change comes at another moment.
    await sleep(5_300);
    await until('moving pictures', () => picturesMove(bob), 30);
    gaps.push(await longestGap(bob, from));
  }

  const { least, median, greatest } = spread(gaps);
  t.diagnostic(`${REBINDINGS} rebindings: gaps of ${least} to ${greatest} ms, median ${median} ms (${gaps}); without any ${quiet} ms; ${await rebindings() - followed} followed by their media`);
  for (const page of [ada, bob]) {
    assert.equal(await page.evaluate(() => window.seen.peers.length), 1, 'it is still the same connection');
    await page.close();
  }
  nat.stop();
  figure(t, 'longest gap', greatest, { atMost: TARGET_MS });
}

test('the picture goes on when the NAT of its publisher rebinds', (t) => holds(t, 'ada'));

test('the picture goes on when the NAT of its subscriber rebinds', (t) => holds(t, 'bob'));
