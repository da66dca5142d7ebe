// A call goes on while its WebSocket is lost, as if nothing had happened: same session, same tracks, media all the while.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { seesAndHears } from './lib/claims.mjs';
import { enter } from './lib/client.mjs';
import { figure } from './lib/figures.mjs';
import { relayed, stageWithRelay } from './lib/relay.mjs';
import { metric, sleep, until } from './lib/server.mjs';

const CAMERA = { width: 640, height: 360 };
const CUT_MS = 10_000;
/** How long a session is kept that has lost its WebSocket. */
const LINGER_S = 20;
/** The longest that a picture or a sound should stand still, in milliseconds. */
const TARGET_MS = 1_000;
/** When it has stopped. */
const STOPPED_MS = CUT_MS / 2;

const stage = stageWithRelay('resume');

/** Notes from now on what the library tells of others, and when decoded pictures and sound come. */
const watch = (page) => page.evaluate(() => {
  window.told = [];
  const types = ['connection-state', 'track', 'track-removed', 'participant-left', 'participant-joined', 'participant-changed',
    'publication-added', 'publication-removed', 'publication-muted', 'message', 'messages-missed', 'ended', 'error'];
  for (const type of types) {
    window.room.on(type, (detail) => window.told.push([type, detail.state ?? detail.text ?? detail.error?.code ?? detail.participant?.isConnected ?? ''].join(' ').trim()));
  }
  window.tracks = 0;
  window.seen.peers.forEach((pc) => pc.addEventListener('track', () => { window.tracks += 1; }));
  window.peersBefore = window.seen.peers.length;
  window.flow = {};
  const note = (name, count) => {
    const now = performance.now();
    const entry = (window.flow[name] ??= { first: count, count, at: now, longest: 0 });
    if (count > entry.count) Object.assign(entry, { longest: Math.max(entry.longest, now - entry.at), count, at: now });
  };
  setInterval(async () => {
    const inbound = await window.seen.stats('inbound-rtp');
    const sum = (kind, field) => inbound.filter((one) => one.kind === kind).reduce((all, one) => all + (one[field] ?? 0), 0);
    note('frames', sum('video', 'framesDecoded'));
    note('sound', sum('audio', 'packetsReceived'));
  }, 50);
});

/** What flowed since, with the pause that is under way. */
const flow = (page) => page.evaluate(() => Object.fromEntries(Object.entries(window.flow).map(([name, { first, count, at, longest }]) =>
  [name, { count: count - first, longest: Math.round(Math.max(longest, performance.now() - at)) }])));

const session = (page) => page.evaluate(() => window.sessions.at(-1));

/** Opens a page that notes the number of each session it is given. */
async function participant(room, identity, at) {
  const page = await enter(stage.browser, 'resume', { room, identity, camera: CAMERA, at });
  await page.evaluate(() => {
    const { session: kept } = window.room;
    const { onMessage } = kept;
    window.sessions = [];
    kept.onMessage = (message) => {
      if (message.type === 'welcome') window.sessions.push(`${message.session} ${message.resumed ?? false}`);
      onMessage(message);
    };
  });
  return page;
}

test('a WebSocket that is cut for ten seconds changes nothing in the call', async (t) => {
  const ada = await participant('cut', 'ada', relayed);
  const bob = await participant('cut', 'bob');
  await seesAndHears(ada, 1);
  await seesAndHears(bob, 1);
  const own = () => ada.evaluate(() => window.room.publications.map(({ id }) => id));
  const [sessionsBefore, ownBefore] = [await metric('switchyard_control_sessions'), await own()];
  await watch(ada);
  await watch(bob);

  stage.relay.cut();
  const began = performance.now();
  await until('word of the loss', async () => (await metric('switchyard_control_sessions_lingering')) === 1);
  const said = await bob.evaluate(() => window.room.sendMessage('are you there?'));
  await sleep(CUT_MS - (performance.now() - began));
  const [adaAway, bobAway] = [await flow(ada), await flow(bob)];
  stage.relay.mend();
  await until('the return', () => ada.evaluate(() => window.room.state === 'connected'), 20);
  const tookMs = Math.round(performance.now() - began - CUT_MS);
  await until('the missed message', async () => (await ada.evaluate(() => window.told)).includes('message are you there?'));
  await sleep(2_000);

  const [adaFlow, bobFlow] = [await flow(ada), await flow(bob)];
  const [adaTold, bobTold] = [await ada.evaluate(() => window.told), await bob.evaluate(() => window.told)];
  t.diagnostic(`cut for ${CUT_MS} ms, back ${tookMs} ms later as session ${await session(ada)}`);
  for (const [name, away, all] of [['ada', adaAway, adaFlow], ['bob', bobAway, bobFlow]]) {
    t.diagnostic(`${name}: ${away.frames.count} frames and ${away.sound.count} packets of sound during the cut; `
      + `longest pause of pictures ${all.frames.longest} ms, of sound ${all.sound.longest} ms`);
  }
  t.diagnostic(`ada was told ${adaTold.join(', ')}; bob was told ${bobTold.join(', ')}`);

  assert.match(await session(ada), / true$/, 'it was resumed');
  assert.equal(await metric('switchyard_control_sessions'), sessionsBefore);
  assert.equal(await metric('switchyard_control_sessions_resumed_total'), 1);
  assert.deepEqual(await own(), ownBefore, 'publications keep their numbers');
  for (const page of [ada, bob]) {
    assert.equal(await page.evaluate(() => window.tracks), 0, 'no track event');
    assert.equal(await page.evaluate(() => window.seen.peers.length - window.peersBefore), 0, 'no new connection');
  }
  assert.deepEqual(bobTold, ['participant-changed false', 'participant-changed true']);
  assert.deepEqual(adaTold.filter((one) => !one.startsWith('participant-changed')), ['connection-state reconnecting', 'connection-state connected', 'message are you there?']);
  assert.equal(said.number, 1);
  for (const { frames, sound } of [adaFlow, bobFlow]) {
    assert.ok(frames.longest < STOPPED_MS && sound.longest < STOPPED_MS, JSON.stringify({ frames, sound }));
    figure(t, 'longest pause', Math.max(frames.longest, sound.longest), { atMost: TARGET_MS });
  }
  assert.ok(adaAway.frames.count > 100 && bobAway.frames.count > 100);

  // And it goes on as before.
  await ada.evaluate(() => window.publication('microphone').mute());
  await until('silence', () => bob.evaluate(() => window.remote('ada', 'audio').muted));
  await ada.evaluate(() => window.publication('microphone').unmute());
  await until('a voice', () => bob.evaluate(() => !window.remote('ada', 'audio').muted));
  await ada.evaluate(() => window.publication('camera').unpublish());
  await until('no picture', () => bob.evaluate(() => !window.remote('ada', 'video')));
  await ada.evaluate(() => window.room.localParticipant.publish('camera').then(() => {}));
  await seesAndHears(bob, 1, 30);
  await bob.evaluate(() => window.room.localParticipant.publish('camera', { source: 'screen' }).then(() => {}));
  await until('a second picture', () => ada.evaluate(() => [...window.room.participants.get('bob').publications.values()].filter(({ kind, track }) => kind === 'video' && track).length === 2));
  await ada.close();
  await bob.close();
});

test('what happened meanwhile is there after the return', async () => {
  const ada = await participant('meanwhile', 'ada', relayed);
  const bob = await participant('meanwhile', 'bob');
  await seesAndHears(ada, 1);
  const lingering = () => metric('switchyard_control_sessions_lingering');

  stage.relay.cut();
  await until('word of the loss', async () => (await lingering()) === 1);
  const cyd = await participant('meanwhile', 'cyd');
  await bob.evaluate(() => window.publication('microphone').mute());
  await bob.evaluate(() => window.publication('camera').unpublish());
  await until('it is told that she is away', () => cyd.evaluate(() => window.room.participants.get('ada')?.isConnected === false));
  stage.relay.mend();
  await until('the return', () => ada.evaluate(() => window.room.state === 'connected'), 20);

  assert.match(await session(ada), / true$/);
  await until('the others', () => ada.evaluate(() => [...window.room.participants.keys()].sort().join() === 'bob,cyd'));
  assert.ok(await ada.evaluate(() => window.remote('bob', 'audio').muted && !window.remote('bob', 'video')));
  await until('the picture that is new', () => ada.evaluate(() => window.remote('cyd', 'video')?.track?.readyState === 'live'));
  await seesAndHears(cyd, 1, 30).catch(() => {});
  await until('both are seen', () => cyd.evaluate(() => [...window.room.participants.values()].every(({ isConnected }) => isConnected)));
  for (const page of [ada, bob, cyd]) await page.close();
});

test('who stays away too long has left, and joins anew when the way is free', async () => {
  const ada = await participant('late', 'ada', relayed);
  const bob = await participant('late', 'bob');
  await seesAndHears(bob, 1);
  stage.relay.cut();
  await until('her leaving', () => bob.evaluate(() => !window.room.participants.has('ada')), 40);
  stage.relay.mend();
  await until('the return', () => ada.evaluate(() => window.room.state === 'connected'), 30);

  assert.match(await session(ada), / false$/);
  await seesAndHears(bob, 1, 30);
  await seesAndHears(ada, 1, 30);
  await ada.close();
  await bob.close();
});

test('a page that is closed does not linger', async (t) => {
  const ada = await participant('closed', 'ada', relayed);
  const bob = await participant('closed', 'bob');
  await until('ada', () => bob.evaluate(() => window.room.participants.has('ada')));
  const began = performance.now();
  await ada.close();
  await until('her leaving', () => bob.evaluate(() => !window.room.participants.has('ada')), LINGER_S - 2);
  figure(t, 'gone after', performance.now() - began, { atMost: 5_000 });
  await bob.close();
});
