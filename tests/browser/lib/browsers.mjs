// Browsers as they come with the distribution, driven by WebDriver BiDi or the DevTools protocol.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

import { artefacts } from './server.mjs';
import { observe } from './observe.mjs';

/**
 * Chromium with a fake camera and microphone, which pages may use unless `devices` says otherwise. `flags` are added to its
 * own, `how` says more on how it is launched.
 */
export function launchChromium(flags = [], { devices = true, ...how } = {}) {
  return puppeteer.launch({
    browser: 'chrome',
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-device-for-media-stream=fps=30',
      ...(devices ? ['--use-fake-ui-for-media-stream'] : []),
      '--disable-renderer-backgrounding',
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      ...flags,
    ],
    ...how,
  });
}

/** Where Firefox is. */
export const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

/**
 * Firefox with a fake camera and microphone, and nothing said about the network. `prefs` are added to its own, `how` says
 * more on how it is launched.
 */
export function launchFirefox(prefs = {}, how = {}) {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      ...prefs,
    },
    ...how,
  });
}

/** Opens a page whose connections can be looked at, and leaves its console among the artefacts. `prepare` gets it before it is loaded. */
export async function open(browser, name, url, prepare = undefined) {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(observe);
  await prepare?.(page);
  const note = (text) => appendFileSync(join(artefacts, `${name}.console.log`), `${text}\n`);
  page.on('console', (message) => note(`${message.type()} ${message.text()}`));
  page.on('pageerror', (error) => note(`error ${error.message}`));
  await page.setViewport({ width: 1280, height: 800 });
  if (await isBrokenOff(page, () => page.goto(url))) {
    note('reloaded: the network changed while the page was loaded');
    await page.reload();
  }
  return page;
}

/** Loads a page; whether Chromium broke off any of it because an address of the machine changed meanwhile. */
async function isBrokenOff(page, load) {
  let isBroken = false;
  const look = (request) => { isBroken ||= /ERR_NETWORK_CHANGED/.test(request.failure()?.errorText); };
  page.on('requestfailed', look);
  try {
    await load();
  } catch (error) {
    if (!/ERR_NETWORK_CHANGED/.test(error.message)) throw error;
    isBroken = true;
  } finally {
    page.off('requestfailed', look);
  }
  return isBroken;
}

/** Leaves a picture of the page among the artefacts. */
export async function picture(page, name) {
  await page.screenshot({ path: join(artefacts, `${name}.png`) });
}
