// Lip sync: a flash and a beep leave together and arrive together.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium } from './lib/browsers.mjs';
import { enter } from './lib/client.mjs';
import { figure } from './lib/figures.mjs';
import { startServer, until } from './lib/server.mjs';

/** Gross: streams whose clocks were mixed up are seconds apart. A busy machine shows and plays late. */
const TOLERANCE_MS = 1500;

/** People begin to notice. */
const TARGET_MS = 45;

/** Between claps: more than twice the tolerance, or a beep that is too late would pass for the next one. */
const PERIOD_MS = 4000;

/** How long claps are watched, and how many of the five there are have to be seen and heard. */
const WATCH_S = 20;
const CLAPS = 2;

let server;
let browser;
before(async () => {
  server = await startServer({ name: 'lip-sync' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('sound and picture stay together, also over 20 changes of layer', async (t) => {
  const ada = await enter(browser, 'lip-sync', { room: 'clap', identity: 'ada' });
  const bob = await enter(browser, 'lip-sync', { room: 'clap', identity: 'bob' });
  await ada.evaluate(clap, PERIOD_MS);
  await until('a picture', () => bob.evaluate(() => window.shown.ada?.element?.videoWidth > 0), 15);
  await until('a synchronised start', () => bob.evaluate(() => window.shown.ada.element.currentTime > 6), 20);

  const early = await bob.evaluate(skew, { seconds: WATCH_S, period: PERIOD_MS });
  for (let change = 0; change < 20; change += 1) {
    await bob.evaluate(async (layer) => {
      await window.room.setMaxLayer(window.remote('ada', 'video'), layer);
      await new Promise((resolve) => { setTimeout(resolve, 1000); });
    }, [0, 1, 2, 1][change % 4]);
  }
  const late = await bob.evaluate(skew, { seconds: WATCH_S, period: PERIOD_MS });

  t.diagnostic(`audio after video by ${early.median.toFixed(0)} ms before, ${late.median.toFixed(0)} ms after`);
  t.diagnostic(`claps seen and heard: ${early.pairs} before, ${late.pairs} after`);
  for (const { median, pairs } of [early, late]) {
    figure(t, 'audio and video apart', Math.abs(median), { atMost: TARGET_MS });
    assert.ok(pairs >= CLAPS, `only ${pairs} claps were seen and heard`);
    assert.ok(Math.abs(median) <= TOLERANCE_MS, `audio is ${median} ms after video`);
  }
});

/** Runs inside the publisher's page: once in a period, a white picture and a tone, for 150 ms. */
async function clap(period) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 1280, height: 720 });
  const pen = canvas.getContext('2d');
  const sound = new AudioContext();
  await sound.resume();
  const gain = new GainNode(sound, { gain: 0 });
  const tone = new OscillatorNode(sound, { frequency: 1000 });
  const out = new MediaStreamAudioDestinationNode(sound);
  tone.connect(gain).connect(out);
  tone.start();

  let frames = 0;
  setInterval(() => {
    const on = performance.now() % period < 150;
    gain.gain.value = on ? 0.8 : 0;
    pen.fillStyle = on ? '#fff' : '#000';
    pen.fillRect(0, 0, 1280, 720);
    // A little motion, so that frames flow in the dark as well.
    pen.fillStyle = '#444';
    pen.fillRect((frames * 8) % 1280, 700, 20, 20);
    frames += 1;
  }, 33);
  const [video] = canvas.captureStream(30).getVideoTracks();
  const [audio] = out.stream.getAudioTracks();
  await Promise.all([
    window.room.publish({ track: video, source: 'camera' }),
    window.room.publish({ track: audio, source: 'microphone' }),
  ]);
}

/** Runs inside the subscriber's page: the median of (beep − flash) in milliseconds over some seconds. */
async function skew({ seconds, period }) {
  const { element, stream } = window.shown.ada;
  window.ears ??= await (async () => {
    const sound = new AudioContext();
    await sound.resume();
    const analyser = new AnalyserNode(sound, { fftSize: 256 });
    new MediaStreamAudioSourceNode(sound, { mediaStream: new MediaStream(stream.getAudioTracks()) }).connect(analyser);
    return analyser;
  })();
  const canvas = new OffscreenCanvas(16, 9);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const samples = new Float32Array(256);
  const flashes = [];
  const beeps = [];
  const end = performance.now() + seconds * 1000;

  let bright = true;
  const look = (now, { expectedDisplayTime }) => {
    pen.drawImage(element, 0, 0, 16, 9);
    const level = pen.getImageData(8, 4, 1, 1).data[0];
    if (level > 128 && !bright) flashes.push(expectedDisplayTime ?? now);
    bright = level > 128;
    if (performance.now() < end) element.requestVideoFrameCallback(look);
  };
  element.requestVideoFrameCallback(look);

  let loud = true;
  let quietSince = performance.now();
  while (performance.now() < end) {
    window.ears.getFloatTimeDomainData(samples);
    const now = performance.now();
    const level = Math.max(...samples.map(Math.abs));
    if (level > 0.1) {
      if (!loud && now - quietSince > 200) beeps.push(now);
      loud = true;
      quietSince = now;
    } else {
      loud = false;
    }
    await new Promise((resolve) => { setTimeout(resolve, 3); });
  }

  const differences = flashes
    .map((flash) => beeps.map((beep) => beep - flash).sort((a, b) => Math.abs(a) - Math.abs(b))[0])
    .filter((difference) => Math.abs(difference) < period * 0.45)
    .sort((a, b) => a - b);
  return { median: differences[Math.floor(differences.length / 2)] ?? NaN, pairs: differences.length };
}
