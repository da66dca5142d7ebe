// A call survives what people do in it.
import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { seesAndHears } from './lib/claims.mjs';
import { enter } from './lib/client.mjs';
import { inbound, movingVideos } from './lib/observe.mjs';
import { startServer, until } from './lib/server.mjs';

const CAMERA = { width: 640, height: 360 };

let server;
let browser;
let ada;
let bob;
let rooms = 0;
before(async () => {
  server = await startServer({ name: 'changes' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  rooms += 1;
  const room = `changes-${rooms}`;
  ada = await enter(browser, 'changes', { room, identity: 'ada', camera: CAMERA });
  bob = await enter(browser, 'changes', { room, identity: 'bob', camera: CAMERA });
  await seesAndHears(bob, 1);
});
afterEach(async () => {
  await ada.close();
  await bob.close();
});

test('a muted camera comes back', async () => {
  await ada.evaluate(async () => { await window.publication('camera').mute(true); });
  await until('word of it', () => bob.evaluate(() => window.remote('ada', 'video').muted));
  await ada.evaluate(async () => { await window.publication('camera').mute(false); });
  await until('word of it', () => bob.evaluate(() => !window.remote('ada', 'video').muted));

  await seesAndHears(bob, 1);
});

test('another picture can take the place of the camera', async () => {
  await ada.evaluate(async () => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 640, height: 360 });
    const pen = canvas.getContext('2d');
    let hue = 0;
    setInterval(() => {
      hue = (hue + 11) % 360;
      pen.fillStyle = `hsl(${hue} 100% 60%)`;
      pen.fillRect(0, 0, 640, 360);
    }, 50);
    await window.publication('camera').replaceTrack(canvas.captureStream(20).getVideoTracks()[0]);
  });

  await seesAndHears(bob, 1);
});

test('what was unpublished can be published again', async () => {
  const track = await ada.evaluateHandle(async () => {
    const camera = window.publication('camera');
    await camera.unpublish();
    return camera.track;
  });
  await until('the end of the video', () => bob.evaluate(() => !window.remote('ada', 'video')));
  await ada.evaluate((camera) => window.room.publish({ track: camera, source: 'camera' }), track);

  await until('a new video', async () => (await movingVideos(bob)) === 1);
  await seesAndHears(bob, 1);
});

test('both connections survive new ICE credentials', async () => {
  const ufrags = () => bob.evaluate(() => window.seen.live().map((peer) =>
    /a=ice-ufrag:(\S+)/.exec(peer.currentRemoteDescription?.sdp)?.[1]));
  const before = await ufrags();
  await bob.evaluate(() => Promise.all([
    window.room.publisher.negotiate({ iceRestart: true }),
    window.room.signalling.request({ type: 'restart_ice' }),
  ]));
  await until('new credentials', async () => (await ufrags()).every((ufrag, index) => ufrag !== before[index]));

  const [{ framesDecoded }] = await inbound(bob, 'video');
  await until('more frames', async () => (await inbound(bob, 'video'))[0].framesDecoded > framesDecoded + 20);
  await seesAndHears(bob, 1);
  await seesAndHears(ada, 1);
});

test('who comes back under the same name takes the place of the old session', async () => {
  const again = await enter(browser, 'changes-again', { room: `changes-${rooms}`, identity: 'ada', camera: CAMERA });

  await seesAndHears(again, 1);
  await seesAndHears(bob, 1);
  assert.equal(await bob.evaluate(() => window.room.participants.size), 1);
  await again.close();
});
