// Many people enter one room within two seconds. No machine carries a hundred browsers, so these are made of
// text: real WebSockets, real offers and answers, no media.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { WebSocket } from 'ws';

import { figure } from './lib/figures.mjs';
import { spread } from './lib/gaps.mjs';
import { page, sleep, startServer, until } from './lib/server.mjs';
import { answer, offer } from './lib/text_client.mjs';

/** How many enter. It takes a machine of its own, so the number has to be named: `CROWD=100`. */
const CROWD = Number(process.env.CROWD ?? 0);
const ENTERING_MS = 2_000;

/** Offers that each of them may get. */
const MAX_OFFERS = 10;

/** When all of them should hear all others, counted from the first who came. */
const SETTLED_MS = 5_000;

let server;
before(async () => { server = await startServer({ name: 'crowd' }); });
after(async () => { await server?.stop(); });

/** One who publishes a microphone, answers whatever is offered, and notes when. */
function come(number) {
  const guest = { offers: 0, bytes: 0, hears: 0, answered: 0, faults: [] };
  const socket = new WebSocket(`${page.replace('http', 'ws')}v1/connect?room=crowd&identity=guest-${number}`);
  const say = (message) => socket.send(JSON.stringify(message));
  const waiting = new Map();
  let latest = 0;
  socket.onopen = () => {
    say({ id: 1, type: 'join' });
    say({ id: 2, type: 'offer', sdp: offer(number), tracks: [{ mid: '0', source: 'microphone' }] });
  };
  const reply = ({ offer: version, sdp, subscriptions }) => {
    if (version !== latest) return;
    waiting.set(10 + version, { version, sdp, subscriptions });
    say({ id: 10 + version, type: 'answer', offer: version, sdp: answer(sdp, number) });
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'offer') {
      latest = message.offer;
      guest.offers += 1;
      guest.bytes = message.sdp.length;
      reply(message);
    } else if (message.type === 'done' && waiting.has(message.in_reply_to)) {
      guest.hears = waiting.get(message.in_reply_to).subscriptions.length;
      guest.answered = performance.now();
    } else if (message.type === 'error' && message.code === 'rate_limited' && waiting.has(message.in_reply_to)) {
      setTimeout(() => reply(waiting.get(message.in_reply_to)), message.retry_after_ms);
    } else if (message.type === 'error' || (message.type === 'refused' && message.code !== 'stale_answer')) {
      guest.faults.push(`${message.code}: ${message.message}`);
    }
  };
  socket.onclose = ({ code }) => { if (!guest.isLeaving) guest.faults.push(`closed with ${code}`); };
  guest.leave = () => {
    guest.isLeaving = true;
    socket.close();
  };
  return guest;
}

test('a crowd that enters within two seconds gets ten offers each at most and all hear all', { skip: CROWD === 0 && 'CROWD is not set' }, async (t) => {
  const began = performance.now();
  const crowd = [];
  for (let number = 0; number < CROWD; number += 1) {
    crowd.push(come(number));
    await sleep(Math.max(0, began + (ENTERING_MS * (number + 1)) / CROWD - performance.now()));
  }
  const entered = performance.now() - began;
  await until('everybody hears everybody', () => crowd.every(({ hears }) => hears === CROWD - 1), 30).catch((error) => {
    t.diagnostic(`heard: ${crowd.map(({ hears }) => hears)}`);
    throw error;
  });
  const settled = Math.max(...crowd.map(({ answered }) => answered)) - began;
  await sleep(1_000);

  const { least, median, greatest } = spread(crowd.map(({ offers }) => offers));
  t.diagnostic(`entered within ${Math.round(entered)} ms, settled after ${Math.round(settled)} ms; `
    + `offers for each: ${least} to ${greatest}, median ${median}; the last of ${crowd[0].bytes} bytes`);
  assert.deepEqual(crowd.flatMap(({ faults }) => faults), []);
  assert.ok(greatest <= MAX_OFFERS, `${greatest} offers`);
  figure(t, 'all hear all after', settled, { atMost: SETTLED_MS });
  crowd.forEach((guest) => guest.leave());
});
