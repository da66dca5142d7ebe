// What a token allows, seen from the client library, on a real server.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { enterRaw } from './lib/codec_call.mjs';
import { stage, told } from './lib/meeting.mjs';
import { inbound, outbound } from './lib/observe.mjs';
import { sleep, until } from './lib/server.mjs';

const scene = stage('permissions');
const { enter, heard, token } = scene;
let page;
beforeEach(() => { ({ page } = scene); });

const publish = (identity, kind, source) =>
  page.evaluate((who, what, from) => window.fault(window.media(what).then((track) => window.rooms[who].publish(track, { source: from }))), identity, kind, source);

test('a token that is wrong, over or for something else is a TokenError', async () => {
  const attempts = [
    ['TokenError token_invalid', `${token('ada')}x`, {}],
    ['TokenError token_invalid', token('ada', { seconds: -60 }), {}],
    ['TokenError token_for_other_room', token('ada'), { room: 'elsewhere' }],
    ['TokenError token_for_other_identity', token('ada'), { identity: 'bob' }],
  ];
  for (const [fault, shown, options] of attempts) {
    assert.equal(await page.evaluate((one, more) => window.fault(window.enter(one, more)), shown, options), fault);
  }
});

test('who may only watch publishes nothing, and sees the others', async () => {
  await enter('ada');
  await enter('eve', { grants: { publish: false } });

  assert.equal(await publish('ada', 'video', 'camera'), 'done');
  assert.equal(await publish('eve', 'audio', 'microphone'), 'NotPermittedError not_permitted');
  await until('the picture', () => page.evaluate(() => Boolean(window.rooms.eve.participants.get('ada')?.get('camera')?.track)));
});

test('of what is offered with the join, what is not allowed is refused alone', async () => {
  await enter('ada');
  const outcomes = await page.evaluate(async (shown) => {
    const publish = [{ track: await window.media('video'), source: 'camera' }, { track: await window.media('audio'), source: 'microphone' }];
    await window.enter(shown, { publish });
    return (await window.rooms.bob.published).map(({ value, reason }) => (value ? typeof value.id : `${reason.constructor.name} ${reason.field}`));
  }, token('bob', { grants: { publish: ['microphone'] } }));

  assert.deepEqual(outcomes, ['NotPermittedError camera', 'number']);
  await heard('ada', 'publication-added bob microphone');
  assert.ok(!(await told(page, 'ada')).includes('publication-added bob camera'));
});

test('another token takes the camera and gives it back, in mid-call', async () => {
  await enter('ada');
  await enter('bob');
  await page.evaluate(() => window.rooms.bob.localParticipant.publish('camera'));
  await page.evaluate(() => window.rooms.bob.localParticipant.publish('microphone'));
  const track = await page.evaluateHandle(() => window.rooms.bob.localParticipant.get('camera').track);
  const refresh = (claims) => page.evaluate((shown) => window.rooms.bob.localParticipant.refreshToken(shown), token('bob', claims));

  await refresh({ grants: { publish: ['microphone'] } });
  await heard('bob', 'own publication-removed camera not_permitted');
  await heard('ada', 'publication-removed bob camera');
  assert.ok((await told(page, 'bob')).includes('permissions microphone'));
  assert.equal(await track.evaluate(({ readyState }) => readyState), 'ended', 'its light is off');
  assert.equal(await publish('bob', 'video', 'camera'), 'NotPermittedError not_permitted');

  await refresh({});
  assert.equal(await publish('bob', 'video', 'camera'), 'done');
  const wrong = await page.evaluate((shown) => window.fault(window.rooms.bob.localParticipant.refreshToken(shown)), token('cyd'));
  assert.equal(wrong, 'TokenError token_for_other_identity');
});

test('each cap is told and held', async () => {
  await enter('ada');
  await enter('bob', { caps: { max_tracks: 1 } });
  await enter('cyd', { caps: { max_layer: 0 } });
  assert.equal(await publish('bob', 'audio', 'microphone'), 'done');
  assert.equal(await publish('bob', 'video', 'camera'), 'LimitError cap_reached');

  assert.equal(await publish('ada', 'video', 'camera'), 'done');
  const seenBy = (who) => page.evaluate(async (one) => {
    const publication = window.rooms[one].participants.get('ada').get('camera');
    const { width } = await publication.stats();
    return [width, publication.decision?.layer, publication.decision?.limited_by];
  }, who);
  await until('the largest picture for who has no cap', async () => (await seenBy('bob'))[0] === 1280, 40);
  assert.deepEqual(await seenBy('cyd'), [320, 0, 'token_cap']);
});

test('a browser keeps to its cap of bitrate by itself', async () => {
  const CAP = 600_000;
  await enter('ada', { caps: { max_bitrate: CAP } });
  await enter('bob');
  assert.equal(await publish('ada', 'video', 'camera'), 'done');
  await sleep(6_000);

  const bytes = async () => (await outbound(page, 'video')).reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  const before = await bytes();
  await sleep(10_000);
  const rate = ((await bytes()) - before) * 0.8;
  assert.ok(rate > 50_000 && rate < CAP, `${rate} bit/s were sent`);
  const [width, live] = await page.evaluate(async () => {
    const publication = window.rooms.bob.participants.get('ada').get('camera');
    return [(await publication.stats()).width, publication.layers.filter((layer) => layer.live).length];
  });
  assert.ok(width > 0 && live > 0, `${width} wide, ${live} layers`);
});

test('of a browser that ignores its cap no more is forwarded, and the smallest picture still is', async (t) => {
  const CAP = 400_000;
  const ada = await enterRaw(scene.browser, 'permissions', { room: scene.room, identity: 'ada', token: token('ada', { caps: { max_bitrate: CAP } }) });
  const bob = await enterRaw(scene.browser, 'permissions', { room: scene.room, identity: 'bob', token: token('bob') });
  const encodings = [['q', 4, 150_000], ['h', 2, 500_000], ['f', 1, 2_500_000]];
  await ada.evaluate((all) => window.call.publish({
    codec: 'VP8',
    encodings: all.map(([rid, scaleResolutionDownBy, maxBitrate]) => ({ rid, scaleResolutionDownBy, maxBitrate })),
    width: 1280,
    height: 720,
    isDeaf: true,
  }), encodings);
  const bytes = async (entries, field) => (await entries).reduce((sum, entry) => sum + entry[field], 0);
  const sent = () => bytes(outbound(ada, 'video'), 'bytesSent');
  const received = () => bytes(inbound(bob, 'video'), 'bytesReceived');
  await until('all layers', async () => (await outbound(ada, 'video')).every(({ framesPerSecond }) => framesPerSecond > 5), 30);

  const [sentBefore, before] = [await sent(), await received()];
  await sleep(10_000);
  const [sentRate, rate] = [((await sent()) - sentBefore) * 0.8, ((await received()) - before) * 0.8];
  t.diagnostic(`of ${Math.round(sentRate / 1000)} kbit/s, ${Math.round(rate / 1000)} are forwarded with a cap of ${CAP / 1000}`);
  assert.ok(sentRate > 2 * CAP, `it sends ${sentRate} bit/s`);
  assert.ok(rate > 50_000 && rate <= CAP, `${rate} bit/s are forwarded`);
  for (const one of [ada, bob]) await one.close();
});

test('a session whose token ends is over, unless the page gets another', async () => {
  await page.evaluate(async (first, second, bob) => {
    const shown = [first, second];
    await window.enter(() => shown.shift());
    await window.enter(bob);
  }, token('ada', { seconds: 1 }), token('ada'), token('bob', { seconds: 1 }));

  await until('the end', async () => (await told(page, 'bob')).includes('ended token_expired null'), 15);
  await until('the way back', async () => (await told(page, 'ada')).at(-1).startsWith('participant-left') || (await told(page, 'ada')).includes('connected'), 15);
  assert.equal(await page.evaluate(() => window.rooms.ada.state), 'connected');
  assert.ok((await told(page, 'ada')).includes('reconnecting'));
});
