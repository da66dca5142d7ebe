// Messages, names and metadata by the client library, on a real server.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { stage, told } from './lib/meeting.mjs';
import { until } from './lib/server.mjs';

/** As the configuration has them. */
const LONGEST = 4096;

const scene = stage('messages');
const { enter } = scene;
let page;
beforeEach(async () => {
  ({ page } = scene);
  for (const identity of ['ada', 'bob', 'cyd']) await enter(identity);
});

const messages = async (identity) => (await told(page, identity)).filter((one) => one.startsWith('message'));

test('everybody gets the messages of all in one order, and nobody their own', async () => {
  const numbers = await page.evaluate(async () => {
    const says = (who) => Promise.all([1, 2, 3, 4, 5, 6].map((count) => window.rooms[who].sendMessage(`${who} ${count}`)));
    return (await Promise.all([says('ada'), says('bob')])).flat().map(({ number }) => number);
  });

  await until('all messages', async () => (await messages('cyd')).length === 12 && (await messages('ada')).length === 6);
  assert.equal(new Set(numbers).size, 12, `${numbers}`);
  const all = await messages('cyd');
  const places = all.map((one) => Number(one.split(' ')[1]));
  assert.deepEqual(places, [...places].sort((one, other) => one - other));
  assert.deepEqual(await messages('ada'), all.filter((one) => one.includes('bob')));
  assert.deepEqual(all.filter((one) => one.includes('ada')).map((one) => one.at(-1)), ['1', '2', '3', '4', '5', '6']);
});

test('a message to one reaches nobody else', async () => {
  await page.evaluate(async () => {
    await window.rooms.ada.sendMessage('between us', { to: 'bob' });
    await window.rooms.ada.sendMessage('to all');
  });

  await until('both', async () => (await messages('bob')).length === 2 && (await messages('cyd')).length === 1);
  assert.match((await messages('bob'))[0], /ada to bob: between us$/);
  assert.match((await messages('cyd'))[0], /ada: to all$/);
  assert.equal(await page.evaluate(() => window.fault(window.rooms.ada.sendMessage('hello', { to: 'eve' }))), 'RefusedError unknown_participant');
});

test('a message is as long as its bytes, not its letters', async () => {
  const say = (text) => page.evaluate((words) => window.fault(window.rooms.ada.sendMessage(words)), text);

  assert.equal(await say('x'.repeat(LONGEST)), 'done');
  assert.equal(await say('ü'.repeat(LONGEST / 2 + 1)), 'LimitError message_too_long');
});

test('who says too much at once is told to wait, and may go on afterwards', async () => {
  const said = await page.evaluate(() => Promise.all(Array.from({ length: 20 }, (_, count) => window.fault(window.rooms.ada.sendMessage(`${count}`)))));

  assert.deepEqual(new Set(said), new Set(['done', 'LimitError rate_limited']));
  const done = said.filter((one) => one === 'done').length;
  assert.ok(done >= 10 && done <= 12, `${done} were taken`);
  assert.equal(await page.evaluate(() => window.fault(window.rooms.bob.sendMessage('I am slower'))), 'done', 'others are not slowed down');
  await until('more', async () => (await page.evaluate(() => window.fault(window.rooms.ada.sendMessage('and so on')))) === 'done', 3);
});

test('names and metadata are told to all and last, and too long ones are refused', async () => {
  await page.evaluate(async () => {
    const own = window.rooms.ada.localParticipant;
    await own.setName('Ada Lovelace');
    await own.setMetadata('{"hand":true}');
  });

  const seenBy = (who) => page.evaluate((one) => {
    const { name, metadata } = window.rooms[one].participants.get('ada');
    return [name, metadata];
  }, who);
  await until('news', async () => `${await seenBy('bob')}` === 'Ada Lovelace,{"hand":true}');
  await enter('dan', { name: 'Dan D.', metadata: 'by token' });
  assert.deepEqual(await seenBy('dan'), ['Ada Lovelace', '{"hand":true}']);
  assert.deepEqual(await page.evaluate(() => [window.rooms.ada.participants.get('dan').name, window.rooms.ada.participants.get('dan').metadata]), ['Dan D.', 'by token']);

  const refused = await page.evaluate(() => {
    const own = window.rooms.bob.localParticipant;
    return Promise.all([own.setName('x'.repeat(200)), own.setName(''), own.setMetadata('x'.repeat(5000))].map((one) => window.fault(one)));
  });
  assert.deepEqual(refused, ['RefusedError bad_name', 'RefusedError bad_name', 'LimitError metadata_too_long']);
});

test('who may neither write nor rename themselves still hears the others', async () => {
  await enter('eve', { grants: { messages: false, rename: false } });

  const refused = await page.evaluate(() => {
    const { eve } = window.rooms;
    return Promise.all([eve.sendMessage('hello'), eve.localParticipant.setName('Eve'), eve.localParticipant.setMetadata('x')].map((one) => window.fault(one)));
  });
  assert.deepEqual(new Set(refused), new Set(['NotPermittedError not_permitted']));
  await page.evaluate(() => window.rooms.ada.sendMessage('good morning'));
  await until('the message', async () => (await messages('eve')).length === 1);
});
