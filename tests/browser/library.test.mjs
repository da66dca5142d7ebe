// What switchyard.js promises to pages.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { launchChromium, launchFirefox, open } from './lib/browsers.mjs';
import { seesAndHears } from './lib/claims.mjs';
import { enter } from './lib/client.mjs';
import { inbound, outbound } from './lib/observe.mjs';
import { page as home, startServer, until } from './lib/server.mjs';

const CAMERA = { width: 1280, height: 720 };

let server;
let browser;
let page;
before(async () => {
  server = await startServer({ name: 'library' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  page = await open(browser, 'library', `${home}healthz`);
  await page.evaluate(() => document.body.replaceChildren());
});
afterEach(() => page.close());

test('both addresses give the same library, and it says its version', async () => {
  const [same, version] = await page.evaluate(async () => {
    const [newest, first] = await Promise.all([import('/switchyard.js'), import('/v1/switchyard.js')]);
    return [newest.join === first.join, first.VERSION];
  });

  assert.ok(same);
  assert.match(version, /^1\.\d+\.\d+$/);
});

test('errors say whose fault it is', async () => {
  const code = (options) => page.evaluate(async (target) => {
    const { join } = await import('/switchyard.js');
    return join(target).then(() => 'joined', (error) => `${error.constructor.name} ${error.code}`);
  }, options);

  assert.equal(await code({ url: 'http://127.0.0.1:9/', room: 'lab', identity: 'ada' }), 'UnreachableError unreachable');
  assert.equal(await code({ room: 'lab', token: 'nonsense' }), 'TokenError token_invalid');
  assert.equal(await code({ room: 'lab' }), 'ConnectError parameter_missing');
});

test('faults of devices have their own errors', async () => {
  const names = await page.evaluate(async () => {
    const { deviceError } = await import('/switchyard/errors.js');
    return ['NotAllowedError', 'NotFoundError', 'NotReadableError', 'Other'].map((name) => {
      const { code, field, constructor } = deviceError('camera', { name });
      return `${constructor.name} ${code} ${field}`;
    });
  });

  assert.deepEqual(names, [
    'DevicePermissionError permission_denied camera',
    'DeviceNotFoundError device_not_found camera',
    'DeviceInUseError device_in_use camera',
    'DeviceError device_failed camera',
  ]);
});

test('attempts come at the steps of the ladder and a little later, and never more often than each 7 s in the end', async () => {
  const [waits, latest] = await page.evaluate(async () => {
    const { waitBefore } = await import('/switchyard/ladder.js');
    return [[0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => waitBefore(attempt, () => 0)), waitBefore(5, () => 1)];
  });

  assert.deepEqual(waits, [0, 300, 1200, 2700, 4800, 7000, 7000, 7000]);
  assert.ok(latest > 7000 && latest < 10_000);
});

test('Opus is told of stereo and of silence where the publisher wants it, and nowhere else', async () => {
  const tuned = await page.evaluate(async () => {
    const { tuneOpus } = await import('/switchyard/codecs.js');
    const section = (mid) => `m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:${mid}\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n`;
    return tuneOpus(`v=0\r\n${section(0)}${section(1)}`, new Map([['1', { stereo: true, dtx: true }]]));
  });

  assert.deepEqual(tuned.match(/a=fmtp.*/g), ['a=fmtp:111 minptime=10;useinbandfec=1', 'a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;usedtx=1']);
});

test('a camera that the library opened is let go of while it is muted, and comes back', async () => {
  const bob = await enter(browser, 'library', { room: 'light', identity: 'bob' });
  await page.evaluate(async () => {
    const { join } = await import('/switchyard.js');
    window.room = await join({ room: 'light', identity: 'ada' });
    window.camera = await window.room.localParticipant.publish('camera', { width: 640, height: 360 });
    await window.room.localParticipant.publish('microphone');
  });
  await seesAndHears(bob, 1);

  const muted = await page.evaluate(async () => {
    const [{ track }] = [window.camera];
    await window.camera.mute();
    return track.readyState;
  });
  assert.equal(muted, 'ended');
  await until('word of it', () => bob.evaluate(() => window.remote('ada', 'video').muted));
  await page.evaluate(() => window.camera.unmute());

  await seesAndHears(bob, 1);
  await bob.close();
});

test('an attached element gets no more than it shows, and nothing out of sight', async () => {
  const ada = await enter(browser, 'library', { room: 'fit', identity: 'ada', camera: CAMERA });
  await page.evaluate(async () => {
    const { join } = await import('/switchyard.js');
    window.element = document.createElement('video');
    window.element.muted = true;
    window.element.style.cssText = 'width: 300px; height: 170px';
    document.body.append(window.element);
    window.room = await join({ room: 'fit', identity: 'bob' });
    window.picture = () => [...window.room.participants.get('ada').publications.values()].find(({ kind }) => kind === 'video');
    window.picture().attach(window.element);
  });
  // Browsers lay out only what is in front.
  await page.bringToFront();
  const width = async () => (await inbound(page, 'video'))[0]?.frameWidth;
  await until('the small picture', async () => (await width()) === 320, 40);

  await page.evaluate(() => { window.element.style.cssText = 'width: 1200px; height: 675px'; });
  await until('the large picture', async () => (await width()) === 1280, 60);

  await page.evaluate(() => { window.element.style.marginTop = '3000px'; });
  await until('no layer', () => page.evaluate(() => window.picture().decision?.layer === null), 20);
  await page.evaluate(() => { window.element.style.marginTop = '0'; });
  await until('a layer again', () => page.evaluate(() => window.picture().decision?.layer !== null), 20);
  await ada.close();
});

test('statistics tell size, bitrate, loss and the way’s delay of both directions', async () => {
  const ada = await enter(browser, 'library', { room: 'figures', identity: 'ada', camera: { width: 640, height: 360 } });
  const bob = await enter(browser, 'library', { room: 'figures', identity: 'bob' });
  await until('a picture', async () => (await inbound(bob, 'video'))[0]?.framesDecoded > 30, 20);

  const received = await until('a bitrate', async () => {
    const stats = await bob.evaluate(() => window.remote('ada', 'video').stats());
    return stats.bitrate > 20_000 && stats;
  });
  assert.ok(received.width > 0 && received.fps > 0 && received.codec === 'VP8' && received.loss < 0.2, JSON.stringify(received));
  const sent = await until('a bitrate', async () => {
    const stats = await ada.evaluate(() => window.publication('camera').stats());
    return stats.bitrate > 20_000 && stats;
  });
  assert.equal(sent.encodings.length, (await outbound(ada, 'video')).length);
  const whole = await bob.evaluate(() => window.room.stats());
  assert.ok(whole.rtt >= 0 && whole.rtt < 1000, JSON.stringify(whole));
  await ada.close();
  await bob.close();
});

test('messages are acknowledged, or the error says that the server cannot carry them', async () => {
  const bob = await enter(browser, 'library', { room: 'words', identity: 'bob' });
  await bob.evaluate(() => {
    window.heard = [];
    window.room.on('message', (message) => window.heard.push(message));
  });
  const said = await page.evaluate(async () => {
    const { join } = await import('/switchyard.js');
    window.room = await join({ room: 'words', identity: 'ada' });
    return window.room.sendMessage('good morning').catch((error) => `${error.constructor.name} ${error.code}`);
  });

  if (said === 'UnsupportedError unknown_type') return bob.close();
  const [heard] = await until('the message', () => bob.evaluate(() => window.heard.length > 0 && window.heard));
  assert.deepEqual([heard.from, heard.to, heard.text, heard.number], ['ada', null, 'good morning', said.number]);
  const unknown = await page.evaluate(() => window.room.sendMessage('hello?', { to: 'nobody' }).catch(({ code }) => code));
  assert.equal(unknown, 'unknown_participant');
  await bob.close();
});

test('in Firefox devices are published and published pictures attached as well', async () => {
  const firefox = await launchFirefox();
  try {
    const ada = await enter(firefox, 'library-firefox', { room: 'fox', identity: 'ada' });
    await ada.evaluate(() => Promise.all(['camera', 'microphone'].map((one) => window.room.localParticipant.publish(one))));
    const bob = await enter(browser, 'library', { room: 'fox', identity: 'bob', camera: { width: 640, height: 360 } });
    await seesAndHears(bob, 1, 30);
    await seesAndHears(ada, 1, 30);
    await ada.evaluate(async () => { await window.publication('camera').mute(); await window.publication('camera').unmute(); });
    await seesAndHears(bob, 1, 30);
    const stats = await ada.evaluate(() => window.remote('bob', 'video').stats());
    assert.ok(stats.width > 0, JSON.stringify(stats));
    await bob.close();
  } finally {
    await firefox.close();
  }
});
