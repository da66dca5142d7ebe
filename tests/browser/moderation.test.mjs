// What moderators do to others by the client library, on a real server.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { MODERATOR, stage, told } from './lib/meeting.mjs';
import { until } from './lib/server.mjs';

const scene = stage('moderation');
const { enter, heard, token } = scene;
let page;
beforeEach(async () => {
  ({ page } = scene);
  await enter('ada', MODERATOR);
  await enter('bob');
});

test('who is sent away hears why, does not come back alone, and may come back', async () => {
  await page.evaluate(() => window.rooms.ada.moderation.kick('bob', { reason: 'Be kind.' }));

  await heard('bob', 'ended kicked Be kind.');
  await heard('ada', 'participant-left bob');
  assert.ok(!(await told(page, 'bob')).includes('reconnecting'));
  assert.equal(await page.evaluate(() => window.rooms.bob.state), 'disconnected');
  await enter('bob');
  await heard('ada', 'participant-joined bob');
});

test('who is banned is refused until the ban is over', async () => {
  await page.evaluate(() => window.rooms.ada.moderation.kick(window.rooms.ada.participants.get('bob'), { banSeconds: 2 }));
  await heard('bob', 'ended kicked null');

  const again = token('bob');
  assert.equal(await page.evaluate((shown) => window.fault(window.enter(shown)), again), 'ConnectError banned');
  await until('the end of the ban', async () => (await page.evaluate((shown) => window.fault(window.enter(shown)), again)) === 'done', 5);
});

test('a microphone that a moderator mutes stays silent until its owner says otherwise', async () => {
  await page.evaluate(async () => window.rooms.bob.publish(await window.media('audio'), { source: 'microphone' }));
  await heard('ada', 'publication-added bob microphone');
  const state = () => page.evaluate(() => {
    const [own] = window.rooms.bob.publications;
    return [own.muted, own.track.enabled, window.rooms.ada.participants.get('bob').get('microphone').muted];
  });

  await page.evaluate(() => window.rooms.ada.moderation.mute(window.rooms.ada.participants.get('bob').get('microphone')));
  await heard('bob', 'own publication-muted microphone moderator');
  await heard('ada', 'publication-muted bob microphone');
  assert.deepEqual(await state(), [true, false, true]);

  await page.evaluate(() => window.rooms.bob.publications[0].unmute());
  await until('sound again', async () => `${await state()}` === 'false,true,false');
});

test('a locked room is open to moderators and closed to others, until it is unlocked', async () => {
  await page.evaluate(() => window.rooms.ada.moderation.lock());
  await heard('bob', 'room-changed true null');
  const cyd = token('cyd');
  assert.equal(await page.evaluate((shown) => window.fault(window.enter(shown)), cyd), 'ConnectError room_locked');
  await enter('dan', MODERATOR);
  assert.equal(await page.evaluate(() => window.rooms.dan.isLocked), true);

  await page.evaluate(() => window.rooms.dan.moderation.lock(false));
  assert.equal(await page.evaluate((shown) => window.fault(window.enter(shown)), cyd), 'done');
});

test('a room that is ended is over for everybody, and nobody returns alone', async () => {
  await page.evaluate(() => window.rooms.ada.moderation.endRoom());

  for (const one of ['ada', 'bob']) await heard(one, 'ended room_ended null');
  assert.deepEqual(await page.evaluate(() => Object.values(window.rooms).map(({ state }) => state)), ['disconnected', 'disconnected']);
});

test('what a room is about is told to all, and to those who come later', async () => {
  await page.evaluate(() => window.rooms.ada.moderation.setRoomMetadata('{"topic":"optics"}'));

  await heard('bob', 'room-changed false {"topic":"optics"}');
  await enter('cyd');
  assert.equal(await page.evaluate(() => window.rooms.cyd.metadata), '{"topic":"optics"}');
});

test('nobody else moderates', async () => {
  const faults = await page.evaluate(async () => {
    const { moderation } = window.rooms.bob;
    const acts = [moderation.kick('ada'), moderation.lock(), moderation.endRoom(), moderation.setRoomMetadata('mine')];
    return Promise.all(acts.map((act) => window.fault(act)));
  });

  assert.deepEqual(new Set(faults), new Set(['NotPermittedError not_permitted']));
  assert.equal(await page.evaluate(() => window.fault(window.rooms.ada.moderation.kick('nobody'))), 'RefusedError unknown_participant');
});

test('a hidden moderator is seen by moderators alone, and sees everybody', async () => {
  await enter('eve', { grants: { admin: true, hidden: true } });

  await heard('ada', 'participant-joined eve');
  assert.equal(await page.evaluate(() => window.rooms.ada.participants.get('eve').isHidden), true);
  assert.deepEqual(await page.evaluate(() => [...window.rooms.eve.participants.keys()].sort()), ['ada', 'bob']);
  await page.evaluate(() => window.rooms.eve.moderation.kick('bob'));
  await heard('bob', 'ended kicked null');
  assert.ok(!(await told(page, 'bob')).some((one) => one.includes('eve')));
  assert.equal(await page.evaluate(() => window.fault(window.rooms.eve.localParticipant.publish('microphone'))), 'NotPermittedError not_permitted');
});
