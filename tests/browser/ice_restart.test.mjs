// New ICE credentials, again and again, while the picture moves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { seesAndHears } from './lib/claims.mjs';
import { enter } from './lib/client.mjs';
import { figure } from './lib/figures.mjs';
import { clock, longestGap, picturesMove, spread, watchPictures } from './lib/gaps.mjs';
import { metric, sleep, startServer, until } from './lib/server.mjs';

const CAMERA = { width: 640, height: 360 };

/** How often the credentials are renewed. */
const RESTARTS = 20;

/** How long a picture should stand still for it at most, in milliseconds. */
const TARGET_MS = 500;

let server;
let browser;
let ada;
let bob;
before(async () => {
  server = await startServer({ name: 'ice-restart' });
  browser = await launchChromium();
  ada = await enter(browser, 'ice-restart', { room: 'restarts', identity: 'ada', camera: CAMERA });
  bob = await enter(browser, 'ice-restart', { room: 'restarts', identity: 'bob' });
  await seesAndHears(bob, 1);
  await watchPictures(bob, 'ada');
  await sleep(2_000);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Restarts ICE on the page's only connection, and returns for how long the picture stood still at bob's. */
async function gapOf(page, restart) {
  const ufrag = () => page.evaluate(() => /a=ice-ufrag:(\S+)/.exec(window.seen.live()[0].currentRemoteDescription?.sdp)?.[1]);
  const before = await ufrag();
  const from = await clock(bob);
  await page.evaluate(restart);
  await until('new credentials', async () => (await ufrag()) !== before);
  await sleep(1_500);
  await until('moving pictures', () => picturesMove(bob), 30);
  return longestGap(bob, from);
}

/** The picture stands still for no longer than it may, and nothing is lost to wrong keys. */
async function holds(t, page, restart) {
  const unauthentic = () => metric('switchyard_dropped_packets_total', 'reason="unauthentic"');
  const [wrongBefore, from] = [await unauthentic(), await clock(bob)];
  await sleep(3_000);
  const quiet = await longestGap(bob, from);
  const gaps = [];
  for (let round = 0; round < RESTARTS; round += 1) gaps.push(await gapOf(page, restart));

  const { least, median, greatest } = spread(gaps);
  t.diagnostic(`${RESTARTS} restarts: gaps of ${least} to ${greatest} ms, median ${median} ms (${gaps}); without any ${quiet} ms`);
  assert.equal(await unauthentic(), wrongBefore, 'packets that did not authenticate');
  assert.equal(await page.evaluate(() => window.seen.peers.length), 1, 'it is still the same connection');
  figure(t, 'longest gap', greatest, { atMost: TARGET_MS });
}

test('the picture goes on while its publisher renews its credentials twenty times', (t) =>
  holds(t, ada, () => window.room.publisher.negotiate({ iceRestart: true })));

test('the picture goes on while its subscriber renews its credentials twenty times', (t) =>
  holds(t, bob, () => window.room.signalling.request({ type: 'restart_ice' })));
