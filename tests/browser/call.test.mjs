// The first call: pages see and hear each other through the server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, open, picture } from './lib/browsers.mjs';
import { call, seesAndHears } from './lib/claims.mjs';
import { inbound } from './lib/observe.mjs';
import { metric, startServer, until } from './lib/server.mjs';

let server;
let browser;
before(async () => {
  server = await startServer({ name: 'call' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('two pages and a third that joins late see and hear each other', async () => {
  const ada = await open(browser, 'call-ada', call({ room: 'lab', identity: 'ada' }));
  const bob = await open(browser, 'call-bob', call({ room: 'lab', identity: 'bob' }));
  await seesAndHears(ada, 1);
  await seesAndHears(bob, 1);

  const cyd = await open(browser, 'call-cyd', call({ room: 'lab', identity: 'cyd' }));
  for (const page of [cyd, ada, bob]) await seesAndHears(page, 2);
  await picture(ada, 'call-ada');
  await picture(cyd, 'call-cyd');

  assert.equal(await metric('switchyard_control_sessions'), 3);
  await cyd.close();
  await until('the room of two', async () => (await inbound(ada, 'video')).length === 1);
  await seesAndHears(ada, 1);
  await ada.close();
  await bob.close();
});

test('rooms do not hear each other', async () => {
  const ada = await open(browser, 'rooms-ada', call({ room: 'one', identity: 'ada' }));
  const bob = await open(browser, 'rooms-bob', call({ room: 'two', identity: 'bob' }));
  const cyd = await open(browser, 'rooms-cyd', call({ room: 'two', identity: 'cyd' }));
  await seesAndHears(bob, 1);
  await seesAndHears(cyd, 1);

  assert.equal((await inbound(ada, 'video')).length, 0);
  for (const page of [ada, bob, cyd]) await page.close();
});
