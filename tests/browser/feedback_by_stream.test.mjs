// Browsers that are offered to tell stream by stream what arrives (RFC 8888): those who can do, and nobody else is put off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, launchFirefox } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { inbound } from './lib/observe.mjs';
import { metric, sleep, startServer, until } from './lib/server.mjs';

const CAMERA = { width: 1280, height: 720 };

let server;
let home;
before(async () => {
  server = await startServer({ name: 'by-stream', env: { SWITCHYARD_MEDIA__ADAPT: 'true', SWITCHYARD_MEDIA__CCFB: 'true' } });
  home = await launchChromium();
});
after(async () => {
  await home?.close();
  await server?.stop();
});

const told = async () => ({
  byStream: await metric('switchyard_feedback_ccfb_received_total'),
  inOneRow: await metric('switchyard_feedback_twcc_received_total'),
});

for (const [name, launch, isByStream] of [
  ['Chromium', () => launchChromium(), false],
  ['Chromium that knows it', () => launchChromium(['--force-fieldtrials=WebRTC-RFC8888CongestionControlFeedback/Enabled/']), true],
  ['Firefox', () => launchFirefox(), false],
]) {
  test(`${name} sees the largest picture`, async (t) => {
    const room = name.replaceAll(' ', '-');
    const away = await launch();
    try {
      const ada = await enter(home, 'by-stream', { room, identity: 'ada', camera: CAMERA });
      const before = await told();
      const bob = await enter(away, 'by-stream', { room, identity: 'bob' });
      await until('the largest picture', async () => (await inbound(bob, 'video'))[0]?.frameWidth === CAMERA.width, 60);
      await sleep(3_000);
      const now = await told();
      const [byStream, inOneRow] = [now.byStream - before.byStream, now.inOneRow - before.inOneRow];
      t.diagnostic(`${byStream} reports by stream, ${inOneRow} in one row`);
      assert.equal(byStream > 0, isByStream);
      assert.equal(inOneRow > 0, !isByStream);
      await ada.close();
    } finally {
      await away.close();
    }
  });
}
