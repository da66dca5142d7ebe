// Who chooses the codec: the room, the publisher, and a publisher that thinks again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { abilities, codecOf, enterRaw, mint, plays } from './lib/codec_call.mjs';
import { startServer, until } from './lib/server.mjs';

let server;
let browser;
before(async () => {
  server = await startServer({ name: 'codec-choice' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens a room with a token that says which codecs it takes, and stays in it. */
async function opened(room, ...args) {
  return enterRaw(browser, room, { room, identity: 'opener', token: await mint(room, 'opener', ...args) });
}

test('a room that prefers VP9 gets VP9, from a bare connection and from the library', async () => {
  const room = 'prefers';
  const bob = await opened(room, '--prefer', 'VP9');
  const { codecs } = await bob.evaluate(() => window.call.messages.find(({ type }) => type === 'joined'));
  assert.deepEqual(codecs.preferred, ['VP9']);

  const ada = await enterRaw(browser, room, { room, identity: 'ada' });
  await ada.evaluate(() => window.call.publish({}));
  await plays(bob, 640);
  assert.equal(await codecOf(bob), 'VP9');
  await ada.close();

  const eve = await enter(browser, room, { room, identity: 'eve' });
  await eve.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 } });
    await window.room.publish(stream.getVideoTracks()[0], { source: 'camera', codec: 'VP8' });
  });
  const [sent] = await until('one stream in layers', async () => {
    const all = await eve.evaluate(() => window.seen.stats('outbound-rtp'));
    return all.length === 1 && all[0].framesEncoded > 30 && all;
  });
  assert.equal(sent.scalabilityMode, 'L2T3_KEY', 'the library has made its encodings for VP9, two layers at this size');
  assert.deepEqual(await eve.evaluate(() => window.room.codecs.preferred), ['VP9']);
  await eve.close();
  await bob.close();
});

test('a room that allows VP8 alone refuses who has only another, by name', async (t) => {
  const room = 'allows';
  const bob = await opened(room, '--codecs', 'VP8');
  const ada = await enterRaw(browser, room, { room, identity: 'ada' });
  const refused = (codec) => ada.evaluate((wanted) =>
    window.call.publish({ codec: wanted }).then(() => 'accepted', ({ code, message }) => `${code}: ${message}`), codec);

  const { sends } = await abilities(browser);
  const told = await refused(sends.includes('H264') ? 'H264' : 'AV1');
  assert.match(told, /^codec_not_allowed: /);
  t.diagnostic(told);
  await ada.close();
  await bob.close();
});

for (const [how, from, to] of [
  ['offers another codec on the same m-line', 'VP8', 'VP9'],
  ['offers another codec on the same m-line', 'VP9', 'VP8'],
]) {
  test(`who ${how} is seen on, in ${to} after ${from}`, async (t) => {
    const room = `turns-${to}`;
    const bob = await enterRaw(browser, room, { room, identity: 'bob' });
    const ada = await enterRaw(browser, room, { room, identity: 'ada' });
    const { publication } = await ada.evaluate((codec) => window.call.publish({ codec }), from);
    await plays(bob, 640);

    const begun = Date.now();
    const [after] = await ada.evaluate((codec) => window.call.turnTo(codec), to);
    assert.equal(after.publication, publication, 'it is the same publication');
    await until(`a picture in ${to}`, async () => (await inCodec(bob, to))?.framesDecoded > 0);
    t.diagnostic(`the new codec was seen ${Date.now() - begun} ms after the publisher began to offer it`);
    await goesOn(bob, to);
    const told = await bob.evaluate(() => window.call.messages.filter(({ type }) => type === 'publication_codec'));
    assert.deepEqual(told.map(({ publication: id, codec }) => [id, codec]), [[publication, to]]);
    await ada.close();
    await bob.close();
  });
}

test('who turns to another codec without a word is seen on, and who lacks it is told', async (t) => {
  const room = 'turns-silently';
  const bob = await enterRaw(browser, room, { room, identity: 'bob' });
  const eve = await enterRaw(browser, room, { room, identity: 'eve', receives: ['VP8'] });
  const ada = await enterRaw(browser, room, { room, identity: 'ada' });
  await ada.evaluate(() => window.call.publish({}));
  await plays(bob, 640);
  await plays(eve, 640);

  const begun = Date.now();
  await ada.evaluate(() => window.call.encodeIn('VP9'));
  await until('a picture in VP9', async () => (await inCodec(bob, 'VP9'))?.framesDecoded > 0);
  t.diagnostic(`VP9 was seen ${Date.now() - begun} ms after the encoder was told`);
  await goesOn(bob, 'VP9');
  await until('the reason', () => eve.evaluate(() =>
    window.call.messages.find((message) => message.type === 'subscription_changed' && message.limited_by === 'codec_unsupported')));
  await until('the question for another codec', () => ada.evaluate(() =>
    window.call.messages.find((message) => message.type === 'codec_wanted')));
  for (const page of [ada, bob, eve]) await page.close();
});

/** What a page receives in one codec. */
async function inCodec(page, codec) {
  const [videos, codecs] = await page.evaluate(() => Promise.all([window.seen.stats('inbound-rtp'), window.seen.stats('codec')]));
  const is = ({ codecId }) => codecs.find(({ id }) => id === codecId)?.mimeType.toUpperCase() === `VIDEO/${codec}`;
  return videos.filter(({ kind }) => kind === 'video').find(is);
}

/** Pictures in a codec go on being decoded. */
async function goesOn(page, codec) {
  const { framesDecoded } = await inCodec(page, codec);
  await until(`more pictures in ${codec}`, async () => (await inCodec(page, codec)).framesDecoded > framesDecoded + 30);
}
