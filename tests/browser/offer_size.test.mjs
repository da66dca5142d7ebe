// Somebody publishes and stops again and again, each time something else: descriptions do not grow with it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { startServer } from './lib/server.mjs';

const CYCLES = 200;

/** After so many cycles everything that is published has been published before. */
const WARM = 20;

/** What is published, in turn: none twice in a row, and all of it anew in each round of them. */
const KINDS = [
  { width: 1280, height: 720 },
  { width: 640, height: 360 },
  { kind: 'audio', source: 'microphone' },
  { width: 320, height: 180 },
  { width: 1280, height: 720, codec: 'VP9' },
  { width: 960, height: 540 },
  { width: 1920, height: 1080, source: 'screen' },
  { width: 640, height: 360, simulcast: false },
  { kind: 'audio', source: 'screen_audio', stereo: true },
  { width: 1280, height: 720, simulcast: [{ rid: 'a', scaleResolutionDownBy: 3 }, { rid: 'b' }] },
  { width: 640, height: 480, maxBitrate: 300_000 },
  { width: 1280, height: 720, simulcast: [{ rid: 'c', scaleResolutionDownBy: 2 }, { rid: 'd' }] },
  { width: 1280, height: 720, codec: 'AV1' },
  { width: 1280, height: 720, simulcast: [{ rid: 'e', scaleResolutionDownBy: 4 }, { rid: 'f', scaleResolutionDownBy: 2 }, { rid: 'g' }] },
];

let server;
let browser;
before(async () => {
  server = await startServer({ name: 'offer-size' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Bytes and m-lines of both descriptions of a page's only connection. */
const sizes = (page) => page.evaluate(() => {
  const [pc] = window.seen.live();
  return [pc.localDescription, pc.remoteDescription].map(({ sdp }) => ({ bytes: sdp.length, lines: sdp.match(/^m=/gm).length }));
});

/** Runs inside the publisher's page: publishes one of them in one more width, so that no two are alike. */
async function publish({ kind = 'video', width, height, source = 'camera', ...options }, more) {
  let track;
  if (kind === 'audio') {
    window.sound ??= new AudioContext();
    [track] = new MediaStreamAudioDestinationNode(window.sound).stream.getTracks();
  } else {
    const canvas = Object.assign(document.createElement('canvas'), { width: width + 2 * more, height });
    const pen = canvas.getContext('2d');
    window.painting = setInterval(() => pen.fillRect(0, 0, Math.random() * width, height), 50);
    [track] = canvas.captureStream(20).getTracks();
  }
  window.latest = await window.room.publish(track, { source, ...options });
  const { encodingsOf } = await import('/switchyard/encodings.js');
  const facts = (encodings) => encodings.map(({ rid, maxBitrate, scaleResolutionDownBy: scale = 1 }) => `${rid} ${maxBitrate} ${scale}`);
  const { encodings } = window.latest.transceiver.sender.getParameters();
  return { id: window.latest.id, sends: facts(encodings), wanted: facts(encodingsOf(track, { source, ...options })) };
}

async function unpublish() {
  await window.latest.unpublish();
  window.latest.track.stop();
  clearInterval(window.painting);
}

/** Runs inside the subscriber's page: waits until it gets a publication. */
async function gets(id) {
  for (const end = performance.now() + 30_000; performance.now() < end; await new Promise((resolve) => { setTimeout(resolve, 20); })) {
    if (window.room.participants.get('ada')?.publications.get(id)?.track) return;
  }
  throw new Error('it did not come');
}

test(`${CYCLES} changes of what somebody publishes leave descriptions as large as the first ${WARM} did`, async (t) => {
  const ada = await enter(browser, 'offer-size', { room: 'cycles', identity: 'ada' });
  const bob = await enter(browser, 'offer-size', { room: 'cycles', identity: 'bob' });
  const began = performance.now();
  const seen = [];
  for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
    const { id, sends, wanted } = await ada.evaluate(publish, KINDS[cycle % KINDS.length], cycle);
    assert.deepEqual(sends, wanted, 'what is sent again is sent as it is wanted now');
    await bob.evaluate(gets, id);
    const now = { ada: await sizes(ada), bob: await sizes(bob) };
    seen.push(now);
    await ada.evaluate(unpublish);
    if (cycle % WARM === 0) {
      const words = (of) => of.map(({ bytes, lines }) => `${bytes} bytes in ${lines} m-lines`).join(' and ');
      t.diagnostic(`after ${cycle} cycles: publisher ${words(now.ada)}, subscriber ${words(now.bob)}`);
    }
  }
  t.diagnostic(`${CYCLES} cycles in ${Math.round((performance.now() - began) / 1000)} s`);

  for (const who of ['ada', 'bob']) {
    for (const [which, words] of ['local', 'remote'].entries()) {
      const most = (cycles, field) => Math.max(...cycles.map((one) => one[who][which][field]));
      const [early, late] = [seen.slice(0, 2 * WARM), seen.slice(-2 * WARM)];
      assert.ok(most(late, 'lines') <= most(early, 'lines'), `${who}, ${words}: from ${most(early, 'lines')} m-lines to ${most(late, 'lines')}`);
      // Numbers get longer.
      assert.ok(most(late, 'bytes') <= most(early, 'bytes') * 1.05, `${who}, ${words}: from ${most(early, 'bytes')} bytes to ${most(late, 'bytes')}`);
    }
  }
  assert.equal(await ada.evaluate(() => window.seen.peers.length), 1, 'it is still the same connection');
});
