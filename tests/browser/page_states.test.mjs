// The page in what can happen to people in a call: it says so, and nothing stands in anybody's way.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { faults } from './lib/access.mjs';
import { launchChromium, open } from './lib/browsers.mjs';
import { MODERATOR, keys, meet, mint, told } from './lib/meeting.mjs';
import { page as home, startServer, until } from './lib/server.mjs';

let server;
let browser;
let others;
let room;
let tests = 0;
before(async () => {
  server = await startServer({ name: 'page-states', env: keys });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  room = `room-${tests += 1}`;
  others = await meet(browser, 'page-others');
});
afterEach(async () => {
  for (const page of await browser.pages()) await page.close();
});

/** Somebody else in the room, without the page. */
const enter = (identity, claims = {}) => others.evaluate((token) => window.enter(token), mint({ room, identity, ...claims }));

/** The page, joined by a token. */
async function join(identity, claims = {}, more = { publish: '1' }) {
  const query = new URLSearchParams({ room, token: mint({ room, identity, ...claims }), ...more });
  const page = await open(browser, `page-states-${identity}`, `${home}?${query}`);
  return page;
}

const isIn = (page) => until('the room', () => page.evaluate(() => window.room?.state === 'connected' && document.body.dataset.view === 'call'));
const text = (page, selector) => page.evaluate((one) => document.querySelector(one).textContent, selector);
const isShown = (page, selector) => page.evaluate((one) => document.querySelector(one).checkVisibility(), selector);

/** Nothing serious in light and dark. */
async function isFree(page, what) {
  await page.bringToFront();
  for (const scheme of ['dark', 'light']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    assert.deepEqual(await faults(page), [], `${what}, ${scheme}`);
  }
}

test('a moderator is asked before somebody is removed, and before all are', async () => {
  const ada = await join('ada', MODERATOR);
  await isIn(ada);
  await enter('bob', { name: 'Bob' });
  await enter('cyd', { name: 'Cyd' });
  await others.evaluate(async () => window.rooms.bob.publish(await window.media('audio'), { source: 'microphone' }));
  await ada.click('#show-people');
  await until('a button', () => ada.evaluate(() => Boolean(document.querySelector('[aria-label="Mute Bob"]'))));
  await isFree(ada, 'the list of people');

  await ada.click('#lock');
  await until('word of the lock', async () => /locked/.test(await text(ada, '#where')) && (await isShown(ada, '#notice')));
  await isFree(ada, 'a notice');

  await ada.click('[aria-label="Mute Bob"]');
  await until('silence', async () => (await told(others, 'bob')).includes('own publication-muted microphone moderator'));
  await ada.click('[aria-label="Remove Bob from the room"]');
  assert.equal(await text(ada, '#confirm-title'), 'Remove Bob?');
  await isFree(ada, 'a question');
  assert.equal(await text(ada, ':focus'), 'Cancel');
  await ada.keyboard.press('Enter');
  assert.equal(await others.evaluate(() => window.rooms.bob.state), 'connected');
  await ada.click('[aria-label="Remove Bob from the room"]');
  await ada.click('#confirm-tick');
  await ada.click('#confirm-act');
  await until('the removal', async () => (await told(others, 'bob')).includes('ended kicked null'));
  await ada.click('#lock');
  const again = mint({ room, identity: 'bob' });
  assert.equal(await others.evaluate((token) => window.fault(window.enter(token)), again), 'ConnectError banned');

  await ada.click('#end-room');
  await ada.click('#confirm-act');
  await until('the end', async () => (await told(others, 'cyd')).includes('ended room_ended null'));
  await until('words', async () => /ended for everybody/.test(await text(ada, '#problem-title')));
});

test('who is muted, removed or locked out reads why', async () => {
  await enter('mo', MODERATOR);
  const ada = await join('ada');
  await isIn(ada);
  await until('a microphone', () => others.evaluate(() => Boolean(window.rooms.mo.participants.get('ada')?.get('microphone'))));

  await others.evaluate(() => window.rooms.mo.moderation.mute(window.rooms.mo.participants.get('ada').get('microphone')));
  await until('word of it', async () => /moderator turned your microphone off/.test(await text(ada, '#notice')));
  assert.equal(await ada.evaluate(() => document.querySelector('#microphone').getAttribute('aria-pressed')), 'false');

  await others.evaluate(() => window.rooms.mo.moderation.kick('ada', { reason: 'This is a private meeting.' }));
  await until('why', async () => /This is a private meeting/.test(await text(ada, '#problem-todo')));
  await isFree(ada, 'removed');

  await others.evaluate(() => window.rooms.mo.moderation.lock());
  const late = await join('late');
  await until('why', async () => /locked/.test(await text(late, '#problem-title')));
  await isFree(late, 'locked out');
});

test('who may only watch is offered nothing else', async () => {
  await enter('bob');
  const ada = await join('ada', { grants: { publish: false, messages: false } });
  await isIn(ada);

  await until('buttons that are gone', async () => !(await isShown(ada, '#camera')) && !(await isShown(ada, '#microphone')));
  assert.equal(await isShown(ada, '#screen'), false);
  await ada.click('#show-chat');
  assert.equal(await isShown(ada, '#say'), false);
  assert.equal(await isShown(ada, '#say-not'), true);
  await until('the devices let go of', () => ada.evaluate(() => document.querySelector('#problem-title').textContent.startsWith('You may not use your')));
  await isFree(ada, 'watching');
});

test('a screen that somebody shares is large by itself, and as everything else when one likes', async () => {
  await enter('bob', { name: 'Bob' });
  await enter('cyd', { name: 'Cyd' });
  const ada = await join('ada', {}, {});
  await isIn(ada);
  const featured = () => ada.evaluate(() => document.querySelector('.featured .name')?.textContent ?? null);
  assert.equal(await featured(), null);

  await others.evaluate(async () => {
    window.screen_ = await window.rooms.bob.publish(await window.media('video'), { source: 'screen', simulcast: false });
  });
  await until('the screen', async () => (await featured()) === 'Bob’s screen');
  await isFree(ada, 'a screen');
  await ada.click('#layout');
  assert.equal(await featured(), null);
  await ada.click('[aria-label="Show Bob’s screen large"]');
  assert.equal(await featured(), 'Bob’s screen');

  await others.evaluate(() => window.screen_.unpublish());
  await until('equals again', async () => (await featured()) === null);
});

test('what people write is never more than text', async () => {
  await enter('bob', { name: '<b>Bob</b>' });
  const ada = await join('ada', {}, {});
  await isIn(ada);
  await ada.click('#show-chat');

  const evil = '<img src=x onerror="window.isHacked = true"><script>window.isHacked = true</script>';
  await others.evaluate((words) => window.rooms.bob.sendMessage(words), evil);

  await until('the message', async () => (await text(ada, '#messages')).includes(evil));
  assert.equal(await ada.evaluate(() => window.isHacked ?? false), false);
  assert.ok((await text(ada, '#messages')).includes('<b>Bob</b>'));
});

test('while the connection is lost the page says so, and it says nothing more afterwards', async () => {
  const ada = await join('ada');
  await isIn(ada);
  await server.stop();

  await until('the banner', () => isShown(ada, '#banner'));
  assert.match(await text(ada, '#banner'), /connection was lost/);
  await isFree(ada, 'a lost connection');
  server = await startServer({ name: 'page-states-again', env: keys });
  await until('the call', async () => !(await isShown(ada, '#banner')) && (await text(ada, '#state')) === 'Connected', 30);
  assert.equal(await isShown(ada, '#problem'), false);
});
