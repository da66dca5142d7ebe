// The page: what people see and do, and that everybody can.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';

import { faults } from './lib/access.mjs';
import { launchChromium, open, picture } from './lib/browsers.mjs';
import { call, seesAndHears } from './lib/claims.mjs';
import { enter } from './lib/client.mjs';
import { page as home, startServer, until } from './lib/server.mjs';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let server;
let browser;
before(async () => {
  server = await startServer({ name: 'page' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('nothing serious stands in anybody’s way, before and in a call, light and dark, desktop and phone', async () => {
  const prejoin = await open(browser, 'page-prejoin', `${home}?room=access&name=Ada`);
  await until('a preview', () => prejoin.evaluate(() => document.querySelector('#preview-video').videoWidth > 0));
  await inEveryLook(prejoin, 'prejoin');
  await prejoin.close();

  const other = await enter(browser, 'page-other', { room: 'access', identity: 'bob', camera: { width: 640, height: 360 } });
  const ada = await open(browser, 'page-ada', call({ room: 'access', identity: 'ada' }));
  await seesAndHears(ada, 1);
  await inEveryLook(ada, 'call');
  await ada.setViewport(DESKTOP);
  for (const [button, name] of [['#show-chat', 'chat'], ['#show-people', 'people'], ['#figures', 'figures'], ['#layout', 'speaker']]) {
    await ada.click(button);
    assert.deepEqual(await faults(ada), [], name);
  }
  await ada.click('#settings');
  assert.deepEqual(await faults(ada), [], 'settings');
  await ada.keyboard.press('Escape');
  await ada.evaluate(() => document.querySelector('#help').click());
  await inEveryLook(ada, 'help');
  for (const page of [ada, other]) await page.close();
});

test('a call can be led with the keyboard alone', async () => {
  const ada = await open(browser, 'page-keys', call({ room: 'keys', identity: 'ada' }));
  await until('own tracks', () => ada.evaluate(() => window.room?.publications.length === 2));
  const isOn = (id) => ada.evaluate((button) => document.getElementById(button).getAttribute('aria-pressed') === 'true', id);

  await ada.keyboard.press('m');
  await until('the microphone off', async () => !(await isOn('microphone')));
  await ada.keyboard.press('v');
  await until('the camera off', async () => !(await isOn('camera')));
  assert.equal(await ada.evaluate(() => window.room.localParticipant.get('camera').track.readyState), 'ended', 'its light is off');
  await ada.keyboard.press('v');
  await until('the camera on', () => isOn('camera'));

  await ada.keyboard.press('c');
  assert.equal(await ada.evaluate(() => document.activeElement.id), 'text');
  await ada.keyboard.type('mvm');
  assert.equal(await isOn('camera'), true, 'typing is no shortcut');
  await ada.keyboard.press('Escape');
  assert.equal(await ada.evaluate(() => document.activeElement.id), 'show-chat', 'the focus returns');
  await ada.keyboard.press('?');
  assert.equal(await ada.evaluate(() => document.querySelector('#help-dialog').open), true);
  await ada.close();
});

test('with Tab, Enter and Space alone one joins, mutes, writes and leaves, and always sees where one is', async () => {
  const page = await open(browser, 'page-tab', `${home}?room=tab`);
  const focused = () => page.evaluate(() => {
    const { activeElement: element } = document;
    const isSeen = element.checkVisibility() && (getComputedStyle(element).outlineStyle !== 'none' || element.tagName === 'MAIN' || element === document.body);
    return { id: element.id || element.name || element.type, isSeen };
  });
  const tabTo = async (id) => {
    const passed = [];
    for (let steps = 0; steps < 40; steps += 1) {
      await page.keyboard.press('Tab');
      const { id: now, isSeen } = await focused();
      assert.ok(isSeen, `${now} does not show that it has the focus`);
      passed.push(now);
      if (now === id) return passed;
    }
    throw new Error(`${id} is not among ${passed}`);
  };

  await until('a preview', () => page.evaluate(() => document.querySelector('#preview-video').videoWidth > 0));
  await tabTo('name');
  await page.keyboard.type('Ada');
  assert.deepEqual(await tabTo('submit'), ['camera-choice', 'microphone-choice', 'submit']);
  await page.keyboard.press('Enter');
  await until('the room', () => page.evaluate(() => window.room?.publications.length === 2 && document.body.dataset.view === 'call'));

  assert.deepEqual(await tabTo('microphone'), ['stage', 'microphone']);
  await page.keyboard.press('Space');
  await until('silence', () => page.evaluate(() => window.room.localParticipant.get('microphone').muted));
  assert.deepEqual(await tabTo('show-chat'), ['camera', 'screen', 'show-chat']);
  await page.keyboard.press('Enter');
  await page.keyboard.type('Good morning');
  await page.keyboard.press('Enter');
  await until('the message', () => page.evaluate(() => /Good morning/.test(document.querySelector('#messages').textContent)));
  await page.keyboard.press('Escape');
  assert.deepEqual(await tabTo('leave'), ['show-people', 'layout', 'figures', 'settings', 'leave']);
  await page.keyboard.press('Enter');
  await until('the way out', () => page.evaluate(() => document.body.dataset.view === 'prejoin'));
  assert.equal((await focused()).id, 'submit', 'and may join again');
  await page.close();
});

test('who may not use camera and microphone is told what to do, and joins without', async () => {
  const strict = await puppeteer.launch({
    browser: 'chrome',
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--use-fake-device-for-media-stream', '--deny-permission-prompts'],
  });
  try {
    const ada = await open(strict, 'page-denied', `${home}?room=denied&name=Ada`);
    await until('words', () => ada.evaluate(() => /not allowed to use your camera and microphone/.test(document.querySelector('#preview-note').textContent)));
    await picture(ada, 'page-denied');
    await ada.click('#enter button[type="submit"]');
    await until('the room', () => ada.evaluate(() => window.room?.state === 'connected'));
    await ada.click('#camera');
    await until('words', () => ada.evaluate(() => /allow the camera/.test(document.querySelector('#problem').textContent)));
    assert.deepEqual(await faults(ada), []);
    await picture(ada, 'page-denied-in-call');
    await ada.setViewport(PHONE);
    await picture(ada, 'page-denied-in-call-phone');
  } finally {
    await strict.close();
  }
});

test('a camera that is off for the others shows the letters of a name, and twelve people fit on a phone', async () => {
  const ada = await open(browser, 'page-many', call({ room: 'many', identity: 'ada', publish: false }));
  await until('the room', () => ada.evaluate(() => window.room?.state === 'connected'));
  await ada.evaluate(async () => {
    const { join } = await import('/switchyard.js');
    const names = ['Grace Hopper', 'Bob', 'Cyd', 'Dorothy', 'Edsger', 'Fei', 'Guido', 'Hedy', 'Ivan', 'Jun', 'Kay'];
    window.others = await Promise.all(names.map((name, index) => join({ room: 'many', identity: `p${index}`, name })));
    for (const [index, colour] of ['#264', '#642', '#246'].entries()) {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
      const pen = canvas.getContext('2d');
      setInterval(() => {
        pen.fillStyle = colour;
        pen.fillRect(0, 0, 320, 180);
        pen.fillStyle = '#fff';
        pen.fillRect((performance.now() / 10) % 320, 80, 20, 20);
      }, 100);
      const [track] = canvas.captureStream(10).getTracks();
      await window.others[index].publish(track, { source: 'camera' });
    }
  });
  await until('twelve tiles', () => ada.evaluate(() => document.querySelectorAll('.tile').length === 12));
  const letters = await ada.evaluate(() => [...document.querySelectorAll('.tile .avatar')].map(({ textContent }) => textContent));
  assert.ok(letters.includes('GH'), `${letters}`);
  await until('three pictures', () => ada.evaluate(() => [...document.querySelectorAll('.tile video')].filter(({ videoWidth }) => videoWidth > 0).length >= 3));
  for (const layout of ['speaker', 'grid']) {
    if ((await ada.evaluate(() => document.querySelector('#layout').getAttribute('aria-pressed') === 'true')) !== (layout === 'speaker')) await ada.click('#layout');
    await inEveryLook(ada, `twelve-${layout}`);
    await ada.setViewport(DESKTOP);
  }

  await ada.setViewport(PHONE);
  await until('a stage without scrolling', () => ada.evaluate(() => {
    const stage = document.querySelector('#stage');
    return stage.scrollHeight <= stage.clientHeight && document.documentElement.scrollWidth <= innerWidth;
  }));
  await ada.close();
});

/** Looks for faults in each look there is. */
async function inEveryLook(page, what) {
  for (const [size, viewport] of [['desktop', DESKTOP], ['phone', PHONE]]) {
    for (const scheme of ['light', 'dark']) {
      await page.setViewport(viewport);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      assert.deepEqual(await faults(page), [], `${what}, ${size}, ${scheme}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what}, ${size}: it scrolls sideways`);
      assert.deepEqual(await page.evaluate(smallTargets), [], `${what}, ${size}`);
      await picture(page, `page-${what}-${size}-${scheme}`);
    }
  }
}

/** Runs inside the page: buttons and fields too small for a finger. */
function smallTargets() {
  const LEAST = 44;
  return [...document.querySelectorAll('button, select, input:not([type="checkbox"], [type="radio"]), textarea')]
    .map((element) => [element.id || element.className, element.getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 0 && (width < LEAST || height < LEAST))
    .map(([name, { width, height }]) => `${name} ${width}×${height}`);
}
