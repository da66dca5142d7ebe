// How long it takes from join() to the first frame.
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { figure } from './lib/figures.mjs';
import { metric, sleep, startServer } from './lib/server.mjs';

const JOINS = 20;

/** Within this it should be, for nearly everybody. */
const P95_MS = 1200;

/** Somebody who sees nothing for so long sees nothing at all. */
const PATIENCE_MS = 30_000;

/** Between joins: keyframes of larger layers, asked of one publisher, keep a second between them. */
const PAUSE_MS = 1250;

let server;
let browser;
before(async () => {
  server = await startServer({ name: 'join-time' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test(`${JOINS} joins each show a frame`, async (t) => {
  const camera = { width: 640, height: 360 };
  await enter(browser, 'join-time', { room: 'lab', identity: 'ada', camera });
  const viewer = await enter(browser, 'join-time', { room: 'elsewhere', identity: 'bob' });

  const times = [];
  for (let round = 0; round < JOINS; round += 1) {
    await sleep(PAUSE_MS);
    times.push(await viewer.evaluate(timeToFirstFrame, `viewer-${round}`, PATIENCE_MS));
  }

  times.sort((a, b) => a - b);
  const p95 = times[Math.ceil(JOINS * 0.95) - 1];
  const opened = await metric('switchyard_line_open_seconds_sum') / await metric('switchyard_line_open_seconds_count');
  t.diagnostic(`join() to first frame: median ${times[JOINS / 2].toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, worst ${times.at(-1).toFixed(0)} ms`);
  t.diagnostic(`of it, from the server's offer to an open line: mean ${(opened * 1000).toFixed(0)} ms`);
  figure(t, 'p95 from join() to first frame', p95, { atMost: P95_MS });
});

/** Runs inside the page: joins, waits for a frame, leaves. */
async function timeToFirstFrame(identity, patience) {
  const { join } = await import('/switchyard.js');
  const element = document.createElement('video');
  Object.assign(element, { autoplay: true, muted: true });
  document.body.append(element);

  const began = performance.now();
  const shown = new Promise((resolve, reject) => {
    element.requestVideoFrameCallback(() => resolve(performance.now()));
    setTimeout(() => reject(new Error('no frame')), patience);
  });
  const show = (track) => {
    if (track?.kind === 'video') element.srcObject = new MediaStream([track]);
  };
  const room = await join({ room: 'lab', identity });
  room.addEventListener('track', ({ detail }) => show(detail.track));
  for (const { publications } of room.participants.values()) publications.forEach(({ track }) => show(track));
  const took = (await shown) - began;

  await room.leave();
  element.remove();
  return took;
}
