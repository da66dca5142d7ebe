// A call outlives its signalling connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { seesAndHears } from './lib/claims.mjs';
import { enter } from './lib/client.mjs';
import { inbound } from './lib/observe.mjs';
import { relayed, stageWithRelay } from './lib/relay.mjs';
import { sleep, startServer, until } from './lib/server.mjs';

const CAMERA = { width: 640, height: 360 };

const stage = stageWithRelay('reconnect');

test('who loses the WebSocket for ten seconds is back without a word to the page', async (t) => {
  const ada = await enter(stage.browser, 'reconnect', { room: 'cut', identity: 'ada', camera: CAMERA, at: relayed });
  const bob = await enter(stage.browser, 'reconnect', { room: 'cut', identity: 'bob', camera: CAMERA });
  await seesAndHears(ada, 1);
  await seesAndHears(bob, 1);
  await ada.evaluate(() => {
    window.told = [];
    window.before = window.room.participants.get('bob');
    window.ids = window.room.publications.map(({ id }) => id);
    for (const type of ['connection-state', 'track', 'track-removed', 'participant-left', 'participant-joined', 'ended', 'error']) {
      window.room.addEventListener(type, ({ detail }) => window.told.push(detail.state ?? detail.error?.code ?? type));
    }
  });
  const canResume = await ada.evaluate(() => window.room.session.canResume);
  const frames = async () => (await inbound(bob, 'video'))[0]?.framesDecoded ?? 0;

  stage.relay.cut();
  await until('word of the loss', () => ada.evaluate(() => window.room.state === 'reconnecting'));
  const asked = ada.evaluate(() => window.room.ping().then((time) => typeof time, ({ code }) => code));
  await sleep(10_000);
  const cutFrames = await frames();
  stage.relay.mend();
  await until('the call', () => ada.evaluate(() => window.room.state === 'connected'), 20);

  await seesAndHears(ada, 1, 30);
  await seesAndHears(bob, 1, 30);
  const told = await ada.evaluate(() => window.told);
  t.diagnostic(`${canResume ? 'resumed' : 'joined anew'}; the page was told ${told.join(', ')}`);
  assert.deepEqual(told.filter((one) => ['ended', 'participant-left', 'participant-joined'].includes(one)), []);
  assert.ok(await ada.evaluate(() => window.before === window.room.participants.get('bob')), 'the others are the same objects');
  assert.ok(['number', 'connection_lost'].includes(await asked), `${await asked}`);
  if (canResume) {
    assert.deepEqual(told, ['reconnecting', 'connected'], 'nothing else happened');
    assert.ok(cutFrames > 100, 'media went on meanwhile');
    assert.deepEqual(await ada.evaluate(() => window.room.publications.map(({ id }) => id)), await ada.evaluate(() => window.ids));
  }
  await ada.close();
  await bob.close();
});

test('what is published while the way is cut is published in the end', async () => {
  const ada = await enter(stage.browser, 'reconnect-late', { room: 'late', identity: 'ada', at: relayed });
  const bob = await enter(stage.browser, 'reconnect-late', { room: 'late', identity: 'bob' });
  stage.relay.cut();
  await until('word of the loss', () => ada.evaluate(() => window.room.state === 'reconnecting'));
  const published = ada.evaluate(() => Promise.all(['camera', 'microphone'].map((one) => window.room.localParticipant.publish(one).then(({ id }) => typeof id))));
  await sleep(2_000);
  stage.relay.mend();

  assert.deepEqual(await published, ['number', 'number']);
  await seesAndHears(bob, 1, 30);
  await ada.close();
  await bob.close();
});

test('a call survives a restart of the server', async () => {
  const ada = await enter(stage.browser, 'restart', { room: 'restart', identity: 'ada', camera: CAMERA });
  const bob = await enter(stage.browser, 'restart', { room: 'restart', identity: 'bob', camera: CAMERA });
  await seesAndHears(bob, 1);
  await bob.evaluate(() => window.remote('ada', 'video').setMaxLayer(0));

  await stage.server.stop();
  await until('word of the loss', () => ada.evaluate(() => window.room.state === 'reconnecting'));
  stage.server = await startServer({ name: 'reconnect-again' });

  for (const page of [ada, bob]) await until('the call', () => page.evaluate(() => window.room.state === 'connected'), 30);
  await seesAndHears(ada, 1, 30);
  await seesAndHears(bob, 1, 30);
  await ada.close();
  await bob.close();
});

test('who does not want to come back is told at once', async () => {
  const ada = await enter(stage.browser, 'no-return', { room: 'no-return', identity: 'ada', at: relayed });
  await ada.evaluate(async () => {
    const { join } = await import('/switchyard.js');
    const room = await join({ room: 'no-return', identity: 'eve', reconnect: false });
    room.on('ended', ({ error }) => { window.why = error.code; });
  });
  stage.relay.cut();
  assert.equal(await until('an end', () => ada.evaluate(() => window.why)), 'connection_lost');
  stage.relay.mend();
  await ada.close();
});
