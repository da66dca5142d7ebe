// The server leaves politely.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { startServer, until } from './lib/server.mjs';

test('on SIGTERM sessions are told, and the exit code is 0', async () => {
  const server = await startServer({ name: 'shutdown' });
  const browser = await launchChromium();
  try {
    const ada = await enter(browser, 'shutdown', { room: 'lab', identity: 'ada', camera: { width: 320, height: 180 } });
    await ada.evaluate(() => {
      window.room.on('connection-state', ({ state, error }) => {
        if (state === 'reconnecting') window.why = error.code;
      });
    });

    const end = await server.stop();

    assert.deepEqual(end, { code: 0, signal: null });
    await until('word of it', () => ada.evaluate(() => window.why === 'server_stopping'));
  } finally {
    await browser.close();
  }
});
