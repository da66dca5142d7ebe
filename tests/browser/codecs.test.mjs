// Every codec, between every two browsers that have it; layers inside one stream; clients that lack a codec.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, launchFirefox } from './lib/browsers.mjs';
import { abilities, codecOf, enterRaw, plays } from './lib/codec_call.mjs';
import { inbound } from './lib/observe.mjs';
import { startServer, until } from './lib/server.mjs';

const CODECS = ['VP8', 'VP9', 'AV1', 'H264'];

let server;
const browsers = {};
const able = {};
before(async () => {
  server = await startServer({ name: 'codecs' });
  browsers.Chromium = await launchChromium();
  browsers.Firefox = await launchFirefox();
  for (const name of ['Chromium', 'Firefox']) able[name] = await abilities(browsers[name]);
});
after(async () => {
  await browsers.Chromium?.close();
  await browsers.Firefox?.close();
  await server?.stop();
});

for (const [from, to] of [['Chromium', 'Chromium'], ['Chromium', 'Firefox'], ['Firefox', 'Chromium']]) {
  for (const codec of CODECS) {
    test(`${codec} from ${from} plays in ${to}`, async (t) => {
      if (!able[from].sends.includes(codec)) return t.skip(`this build of ${from} can't send ${codec}`);
      if (!able[to].takes.includes(codec)) return t.skip(`this build of ${to} can't play ${codec}`);
      const room = `${from}-${to}-${codec}`;
      const bob = await enterRaw(browsers[to], room, { room, identity: 'bob' });
      const ada = await enterRaw(browsers[from], room, { room, identity: 'ada' });
      await ada.evaluate((wanted) => window.call.publish({ codec: wanted }), codec);
      const video = await plays(bob, 640);
      assert.equal(await codecOf(bob), codec);
      t.diagnostic(`${video.framesDecoded} frames of ${video.frameWidth}×${video.frameHeight}`);
      await ada.close();
      await bob.close();
      return undefined;
    });
  }
}

for (const codec of ['VP9', 'AV1', 'H264']) {
  test(`three encodings of ${codec} are switched between`, async (t) => {
    if (!able.Chromium.sends.includes(codec)) return t.skip(`this build of Chromium can't send ${codec}`);
    const room = `simulcast-${codec}`;
    const bob = await enterRaw(browsers.Chromium, room, { room, identity: 'bob' });
    const ada = await enterRaw(browsers.Chromium, room, { room, identity: 'ada' });
    const { publication } = await ada.evaluate((wanted) => window.call.publish({
      codec: wanted,
      width: 960,
      height: 540,
      encodings: [
        { rid: 'q', scaleResolutionDownBy: 4, scalabilityMode: 'L1T1', maxBitrate: 100_000 },
        { rid: 'h', scaleResolutionDownBy: 2, scalabilityMode: 'L1T1', maxBitrate: 300_000 },
        { rid: 'f', scaleResolutionDownBy: 1, scalabilityMode: 'L1T1', maxBitrate: 900_000 },
      ],
    }), codec);
    await plays(bob, 960, 60);
    for (const [layer, width] of [[0, 240], [2, 960], [1, 480], [2, 960], [0, 240]]) {
      await bob.evaluate((wanted) => window.call.request(wanted), { type: 'set_max_layer', publication, layer });
      await plays(bob, width, 30);
    }
    await ada.close();
    await bob.close();
    return undefined;
  });
}

for (const codec of ['VP9', 'AV1']) {
  test(`three layers in one stream of ${codec} (L3T3_KEY) play in full size`, async (t) => {
    if (!able.Chromium.sends.includes(codec)) return t.skip(`this build of Chromium can't send ${codec}`);
    const room = `layers-${codec}`;
    const bob = await enterRaw(browsers.Chromium, room, { room, identity: 'bob' });
    const ada = await enterRaw(browsers.Chromium, room, { room, identity: 'ada' });
    await ada.evaluate((wanted) => window.call.publish({
      codec: wanted,
      width: 960,
      height: 540,
      encodings: [{ scalabilityMode: 'L3T3_KEY', maxBitrate: 1_500_000 }],
    }), codec);
    const video = await plays(bob, 960, 60);
    const [sent] = await ada.evaluate(() => window.seen.stats('outbound-rtp'));
    assert.equal(sent.scalabilityMode, 'L3T3_KEY');
    t.diagnostic(`${video.framesDecoded} frames, ${video.freezeCount} freezes, ${video.pliCount} keyframes asked for`);

    // Who comes later starts within the running stream.
    const eve = await enterRaw(browsers.Chromium, room, { room, identity: 'eve' });
    await plays(eve, 960, 30);
    for (const page of [ada, bob, eve]) await page.close();
    return undefined;
  });
}

test('who lacks the codec is told so, and gets the second one under the first one\'s number', async (t) => {
  const room = 'poor';
  const bob = await enterRaw(browsers.Chromium, room, { room, identity: 'bob', receives: ['VP8'] });
  const eve = await enterRaw(browsers.Chromium, room, { room, identity: 'eve' });
  const ada = await enterRaw(browsers.Chromium, room, { room, identity: 'ada' });
  const { publication } = await ada.evaluate(() => window.call.publish({ codec: 'AV1' }));

  const told = await until('the reason', () => bob.evaluate(() =>
    window.call.messages.find((message) => message.type === 'subscription_changed' && message.limited_by === 'codec_unsupported')));
  assert.equal(told.publication, publication);
  const wanted = await until('the question for another codec', () => ada.evaluate(() =>
    window.call.messages.find((message) => message.type === 'codec_wanted')));
  assert.equal(wanted.publication, publication);
  assert.equal(wanted.codecs[0], 'VP8');
  await plays(eve, 640);

  await ada.evaluate((first) => window.call.publish({ codec: 'VP8', backup_of: first }), publication);
  await plays(bob, 640);
  assert.deepEqual([await codecOf(bob), await codecOf(eve)], ['VP8', 'AV1']);
  const numbers = (page) => page.evaluate(() => [...new Set(window.call.known.values())]);
  assert.deepEqual([await numbers(bob), await numbers(eve)], [[publication], [publication]]);
  t.diagnostic(told.why);
  for (const page of [ada, bob, eve]) await page.close();
});

test('sound in RED is heard by those who know it and by those who do not', async (t) => {
  const room = 'red';
  const bob = await enterRaw(browsers.Chromium, room, { room, identity: 'bob' });
  const fox = await enterRaw(browsers.Firefox, room, { room, identity: 'fox' });
  const ada = await enterRaw(browsers.Chromium, room, { room, identity: 'ada' });
  await ada.evaluate(() => window.call.publishRepeated());

  const heard = (page) => until('sound', async () => {
    const [sound] = await inbound(page, 'audio');
    return sound?.packetsReceived > 50 && sound.totalAudioEnergy > 0 && sound;
  }, 20);
  const size = ({ bytesReceived, packetsReceived }) => bytesReceived / packetsReceived;
  const [whole, unwrapped] = [size(await heard(bob)), size(await heard(fox))];
  t.diagnostic(`${whole.toFixed(0)} bytes a packet with what was sent before, ${unwrapped.toFixed(0)} without`);
  assert.ok(whole > unwrapped * 1.5);
  for (const page of [ada, bob, fox]) await page.close();
});
