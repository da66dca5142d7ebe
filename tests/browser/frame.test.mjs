// The frame in which connections are made, so that no network of the machine ties them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { seesAndHears } from './lib/claims.mjs';
import { enter } from './lib/client.mjs';
import { startServer, until } from './lib/server.mjs';

const CAMERA = { width: 640, height: 360 };

/** A page that is answered for by the test is at no address, and may reach none of this machine. */
const FLAGS = ['--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets'];

let server;
let browser;
before(async () => {
  server = await startServer({ name: 'frame' });
  browser = await launchChromium(FLAGS);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Gives a page, before it is loaded, a policy for its contents. */
const under = (policy) => async (page) => {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    if (!request.url().endsWith('/healthz')) return request.continue();
    return request.respond({ contentType: 'text/html', headers: { 'Content-Security-Policy': policy }, body: '<!doctype html><body>' });
  });
};

const come = (room, identity, camera = CAMERA, prepare = undefined) => enter(browser, 'frame', { room, identity, camera, prepare });

/** Whether the descriptions of a page's connections name addresses of the machine. */
const namesAddresses = (page) => page.evaluate(() =>
  window.seen.live().map(({ localDescription: { sdp } }) => /^a=candidate:.* 10\.77\.0\.1 /m.test(sdp)));

test('what a page tells of its connections names no address of the machine', async () => {
  const [ada, bob] = [await come('plain', 'ada'), await come('plain', 'bob')];
  await seesAndHears(bob, 1);

  assert.deepEqual(await namesAddresses(bob), [false, false]);
  for (const page of [ada, bob]) await page.close();
});

test('a policy that forbids frames is no obstacle', async () => {
  const strict = under("default-src 'none'; script-src http://127.0.0.1:7880 'unsafe-inline' 'unsafe-eval'; connect-src *; frame-src 'none'");
  const [ada, bob] = [await come('strict', 'ada'), await come('strict', 'bob', null, strict)];
  await seesAndHears(bob, 1);

  assert.deepEqual(await namesAddresses(bob), [false]);
  for (const page of [ada, bob]) await page.close();
});

test('in a page that is of no origin connections are made all the same', async () => {
  const [ada, bob] = [await come('sandbox', 'ada'), await come('sandbox', 'bob', null, under('sandbox allow-scripts'))];
  await seesAndHears(bob, 1);

  for (const page of [ada, bob]) await page.close();
});

test('who removes the frame gets other connections, and publishes and receives as before', async () => {
  const [ada, bob] = [await come('removed', 'ada'), await come('removed', 'bob')];
  await seesAndHears(bob, 1);
  await bob.evaluate(() => document.querySelector('iframe').remove());

  await until('other connections', () => bob.evaluate(() => {
    const states = window.seen.peers.map(({ connectionState }) => connectionState);
    return states.length === 4 && states.filter((state) => state === 'connected').length === 2;
  }), 30);
  await seesAndHears(bob, 1);
  await seesAndHears(ada, 1);
  for (const page of [ada, bob]) await page.close();
});
