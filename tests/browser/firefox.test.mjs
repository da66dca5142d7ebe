// Firefox as it comes, with nothing said about the network.
import { after, before, test } from 'node:test';

import { launchChromium, launchFirefox, open, picture } from './lib/browsers.mjs';
import { call, seesAndHears } from './lib/claims.mjs';
import { startServer } from './lib/server.mjs';

let server;
let firefox;
before(async () => {
  server = await startServer({ name: 'firefox' });
  firefox = await launchFirefox();
});
after(async () => {
  await firefox?.close();
  await server?.stop();
});

test('two pages in Firefox see and hear each other', async () => {
  const ada = await open(firefox, 'firefox-ada', call({ room: 'foxes', identity: 'ada' }));
  const bob = await open(firefox, 'firefox-bob', call({ room: 'foxes', identity: 'bob' }));
  await seesAndHears(ada, 1, 20);
  await seesAndHears(bob, 1, 20);
  await picture(bob, 'firefox-bob');
  await ada.close();
  await bob.close();
});

test('Firefox and Chromium see and hear each other', async () => {
  const chromium = await launchChromium();
  try {
    const ada = await open(firefox, 'mixed-ada', call({ room: 'mixed', identity: 'ada' }));
    const bob = await open(chromium, 'mixed-bob', call({ room: 'mixed', identity: 'bob' }));
    await seesAndHears(ada, 1, 20);
    await seesAndHears(bob, 1, 20);
    await picture(bob, 'mixed-bob');
  } finally {
    await chromium.close();
  }
});
