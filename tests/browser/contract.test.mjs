// What the library says and understands where a real server is hard to bring: a server of a few lines
// plays the other side of docs/protocol/native.md.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { WebSocketServer } from 'ws';

import { launchChromium, open } from './lib/browsers.mjs';
import { page as home, startServer, until } from './lib/server.mjs';

const PORT = 7891;
/** How long a server in haste says that it needs. */
const WAIT_MS = 100;
const BOB = { identity: 'bob', name: 'Bob', publications: [{ id: 3, kind: 'audio', source: 'microphone', muted: false, encodings: 1 }] };
const ALL = { publish: ['camera'], subscribe: true, messages: true, rename: true, admin: true, hidden: false };

let server;
let browser;
let page;
let stage;
before(async () => {
  server = await startServer({ name: 'contract' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  stage = await play();
  // The server's own page may speak to no other server.
  page = await open(browser, 'contract', `${home}healthz`);
  await page.evaluate(async (port) => {
    const { join } = await import('/switchyard.js');
    window.told = [];
    window.room = await join({ url: `ws://127.0.0.1:${port}/v1/connect`, room: 'lab', identity: 'ada' });
    const types = ['connection-state', 'participant-joined', 'participant-left', 'participant-changed', 'message', 'messages-missed', 'room-changed', 'ended'];
    for (const type of types) window.room.on(type, (detail) => window.told.push([type, detail.state ?? detail.error?.code ?? detail.text ?? detail.missed ?? detail.locked ?? detail.participant?.identity]));
  }, PORT);
});
afterEach(async () => {
  await page.close();
  await stage.stop();
});

const told = () => page.evaluate(() => window.told.map((entry) => entry.join(' ')));
const back = () => until('the way back', async () => (await told()).includes('connection-state connected'));

test('a lost session is resumed, and the page hears only what has changed', async () => {
  stage.onResume = (send) => {
    send({ type: 'welcome', session: 1, protocol: 1, server: 'stage', resume: 'key-2', resumed: true });
    const eve = { identity: 'eve', publications: [] };
    send({ type: 'snapshot', room: 'lab', identity: 'ada', participants: [{ ...BOB, connected: false }, eve], own: [], subscriptions: [], missed_messages: 2 });
    send({ type: 'message', number: 7, from: 'bob', text: 'are you there?', at: 1_700_000_000_000 });
  };
  await page.evaluate(() => {
    window.bob = window.room.participants.get('bob');
    window.room.on('connection-state', ({ state }) => {
      if (state === 'reconnecting') window.renamed = window.room.localParticipant.setName('Ada L.');
    });
  });
  stage.lose();
  await back();

  await page.evaluate(() => window.renamed);
  assert.equal(stage.urls[1], '/v1/connect?resume=key-1&last_message=0&last_direct=0');
  await until('the missed message', async () => (await told()).includes('message are you there?'));
  assert.deepEqual(await told(), ['connection-state reconnecting', 'participant-changed bob', 'participant-joined eve',
    'messages-missed 2', 'connection-state connected', 'message are you there?']);
  assert.ok(await page.evaluate(() => window.bob === window.room.participants.get('bob') && !window.bob.isConnected));
  assert.deepEqual(stage.heard.filter(({ type }) => type === 'set_name').map(({ name }) => name), ['Ada L.']);
});

test('a session that is gone is joined anew, and choices are made again', async () => {
  await page.evaluate(() => [...window.room.participants.get('bob').publications.values()][0].unsubscribe());
  stage.lose();
  await back();

  assert.deepEqual(stage.urls.map((url) => url.includes('resume=')), [false, true, true, false], 'the second asks why by HTTP');
  assert.equal(stage.heard.filter(({ type }) => type === 'join').length, 2);
  await until('the choice', async () => stage.heard.filter(({ type }) => type === 'unsubscribe').length === 2);
  assert.deepEqual((await told()).filter((entry) => entry.startsWith('participant-l')), []);
});

test('who is removed, or replaced, does not come back by itself', async () => {
  stage.send({ type: 'ended', reason: 'kicked', message: 'advertising' });
  stage.close(4003, 'kicked');
  await until('the end', async () => (await told()).includes('ended kicked'));

  assert.equal(await page.evaluate(() => window.room.state), 'disconnected');
  assert.equal(stage.urls.length, 1);
});

test('a close code speaks when the word before it was lost', async () => {
  stage.close(4000, 'replaced');
  await until('the end', async () => (await told()).includes('ended replaced'));
});

test('requests are spelled as the dialect wants them', async () => {
  await page.evaluate(async () => {
    const { moderation, localParticipant } = window.room;
    await moderation.kick('eve', { reason: 'advertising', banSeconds: 600 });
    await moderation.mute(3);
    await moderation.lock();
    await moderation.setRoomMetadata('recording');
    await moderation.endRoom();
    await localParticipant.setMetadata(null);
    await localParticipant.refreshToken('abc');
    window.number = await window.room.sendMessage('psst', { to: 'bob' });
  });

  const said = stage.heard.slice(1).map(({ id, ...message }) => message).filter(({ type }) => type !== 'ping');
  assert.deepEqual(said, [
    { type: 'kick', identity: 'eve', reason: 'advertising', ban_seconds: 600 },
    { type: 'mute', publication: 3, muted: true },
    { type: 'lock', locked: true },
    { type: 'set_room_metadata', metadata: 'recording' },
    { type: 'end_room' },
    { type: 'set_metadata', metadata: null },
    { type: 'refresh_token', token: 'abc' },
    { type: 'message', text: 'psst', to: 'bob' },
  ]);
  assert.deepEqual(await page.evaluate(() => window.number), { number: 41 });
});

test('grants, and what is missing of them, are told', async () => {
  assert.equal(await page.evaluate(() => window.room.localParticipant.mayPublish('microphone')), false);
  const refused = await page.evaluate(() => window.room.localParticipant.publish('microphone').catch((error) => `${error.constructor.name} ${error.field}`));
  assert.equal(refused, 'NotPermittedError microphone');
  stage.refuse = { code: 'not_permitted', message: 'the token does not grant admin' };
  assert.equal(await page.evaluate(() => window.room.moderation.lock().catch((error) => error.constructor.name)), 'NotPermittedError');

  stage.send({ type: 'permissions_changed', permissions: { ...ALL, publish: ['camera', 'microphone'] } });
  stage.send({ type: 'room_changed', metadata: 'x', locked: true });
  await until('new grants', () => page.evaluate(() => window.room.localParticipant.mayPublish('microphone') && window.room.isLocked));
});

test('an offer and an answer that came in haste are sent again when the server says', async () => {
  stage.haste = { offer: 3, answer: 2 };
  stage.refuse = { code: 'no_usable_codec', message: 'heard, at last' };
  const refused = await page.evaluate(() => window.room.localParticipant.publish('camera').catch((error) => error.code));
  assert.equal(refused, 'no_usable_codec');
  const offers = stage.heard.filter(({ type }) => type === 'offer');
  assert.equal(new Set(offers.map(({ id }) => id)).size, 1, 'it is one request');
  assert.equal(offers.length, 4);
  const [first, last] = [offers[0], offers[3]].map((offer) => stage.times[stage.heard.indexOf(offer)]);
  assert.ok(last - first >= 3 * WAIT_MS * 0.9, `all within ${last - first} ms`);

  stage.refuse = null;
  const sdp = await page.evaluate(async () => {
    const pc = new RTCPeerConnection();
    pc.addTransceiver('audio', { direction: 'sendonly' });
    return (await pc.createOffer()).sdp;
  });
  stage.send({ type: 'offer', offer: 1, sdp, subscriptions: [] });
  await until('the third answer', () => stage.heard.filter(({ type }) => type === 'answer').length === 3);
});

test('what a server had no time for is sent again when it may have some', async () => {
  stage.late = { mute: 1 };
  await page.evaluate(() => window.room.moderation.mute(3));
  const mutes = stage.heard.filter(({ type }) => type === 'mute');
  assert.equal(mutes.length, 2);
  assert.equal(new Set(mutes.map(({ id }) => id)).size, 1, 'it is one request');
});

test('a server that never has time for an offer is not asked for ever', async () => {
  stage.haste = { offer: Infinity };
  const refused = await page.evaluate(() => window.room.localParticipant.publish('camera').catch((error) => error.code));
  assert.equal(refused, 'rate_limited');
  assert.equal(stage.heard.filter(({ type }) => type === 'offer').length, 7);
});

test('whoever is refused for overload waits, and joins again', async () => {
  stage.overloads = 2;
  stage.lose();
  await back();
  assert.equal(stage.heard.filter(({ type }) => type === 'join').length, 4);

  stage.overloads = 1;
  const joined = await page.evaluate(async (port) => {
    const { join } = await import('/switchyard.js');
    const room = await join({ url: `ws://127.0.0.1:${port}/v1/connect`, room: 'lab', identity: 'cyd' });
    return room.state;
  }, PORT);
  assert.equal(joined, 'connected');
});

test('a session that was silent for too long comes back', async () => {
  stage.onResume = (send) => {
    send({ type: 'welcome', session: 1, protocol: 1, server: 'stage', resume: 'key-2', resumed: true });
    send({ type: 'snapshot', room: 'lab', identity: 'ada', participants: [BOB], own: [], subscriptions: [] });
  };
  stage.close(1008, 'nothing was heard for too long');
  await back();
  assert.equal(stage.urls[1], '/v1/connect?resume=key-1&last_message=0&last_direct=0');
});

test('what was heard is told on the return, and the new key is the one that counts', async () => {
  let keys = 1;
  stage.onResume = (send) => {
    keys += 1;
    send({ type: 'welcome', session: 1, protocol: 1, server: 'stage', resume: `key-${keys}`, resumed: true });
    send({ type: 'snapshot', room: 'lab', identity: 'ada', participants: [BOB], own: [], subscriptions: [], connections: [] });
    send({ type: 'message', number: 13, from: 'bob', text: 'missed', at: 1 });
  };
  stage.send({ type: 'message', number: 12, from: 'bob', text: 'to all', at: 1 });
  stage.send({ type: 'message', number: 3, from: 'bob', to: 'ada', text: 'to you', at: 1 });
  await until('the messages', async () => (await told()).includes('message to you'));
  stage.lose();
  await until('what was missed', async () => (await told()).includes('message missed'));
  assert.equal(stage.urls[1], '/v1/connect?resume=key-1&last_message=12&last_direct=3');

  // It may have looked once more whether the way is the right one: browsers tell of networks when they like.
  const before = stage.urls.length;
  stage.close(4001, 'read too slowly');
  await until('the next return', () => stage.urls.length > before);
  assert.equal(stage.urls[before], `/v1/connect?resume=key-${before}&last_message=13&last_direct=3`);
});

test('who was replaced or removed while away does not come back by itself', async () => {
  for (const code of ['replaced', 'kicked']) {
    if (code === 'kicked') await page.evaluate(async (port) => {
      const { join } = await import('/switchyard.js');
      window.told = [];
      window.room = await join({ url: `ws://127.0.0.1:${port}/v1/connect`, room: 'lab', identity: 'ada' });
      window.room.on('ended', ({ error }) => window.told.push(['ended', error.code]));
    }, PORT);
    const before = stage.urls.length;
    stage.gone = code;
    stage.lose();
    await until('the end', async () => (await told()).includes(`ended ${code}`));
    assert.deepEqual(stage.urls.slice(before).map((url) => url.includes('resume=')), [true, true], 'the second asks why by HTTP');
  }
});

/** A server that says what the tests want to hear. */
async function play() {
  const http = createServer((request, response) => {
    it.urls.push(request.url);
    response.writeHead(410, { 'content-type': 'application/json', 'access-control-allow-origin': '*' });
    response.end(`{"error":{"code":"${it.gone}","message":"too late"}}`);
  });
  const sockets = new WebSocketServer({ noServer: true });
  let current;
  const it = {
    urls: [],
    heard: [],
    times: [],
    refuse: null,
    haste: {},
    late: {},
    overloads: 0,
    onResume: null,
    gone: 'resume_gone',
    send: (message) => current.send(JSON.stringify(message)),
    lose: () => current.terminate(),
    close: (code, reason) => current.close(code, reason),
    async stop() {
      sockets.clients.forEach((socket) => socket.terminate());
      http.closeAllConnections();
      await new Promise((resolve) => { http.close(resolve); });
    },
  };
  http.on('upgrade', (request, stream, head) => {
    it.urls.push(request.url);
    const isResume = request.url.includes('resume=');
    if (isResume && !it.onResume) return stream.end('HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n');
    sockets.handleUpgrade(request, stream, head, (socket) => {
      current = socket;
      socket.on('message', (data) => answer(it, JSON.parse(String(data))));
      if (isResume) it.onResume(it.send);
      else it.send({ type: 'welcome', session: 1, protocol: 1, server: 'stage', resume: 'key-1', resume_seconds: 20 });
    });
  });
  await new Promise((resolve) => { http.listen(PORT, '127.0.0.1', resolve); });
  return it;
}

/** What the server of a few lines answers. */
function answer(it, message) {
  it.heard.push(message);
  it.times.push(performance.now());
  const reply = (rest) => it.send({ in_reply_to: message.id, ...rest });
  if (it.haste[message.type]-- > 0) return reply({ type: 'error', code: 'rate_limited', message: 'later', retry_after_ms: WAIT_MS });
  if (it.late[message.type]-- > 0) return reply({ type: 'refused', code: 'overloaded', message: 'later' });
  if (message.type === 'join' && it.overloads-- > 0) return reply({ type: 'refused', code: 'overloaded', message: 'later' });
  if (message.type === 'join') return reply({ type: 'joined', room: 'lab', identity: 'ada', participants: [BOB], permissions: ALL, room_metadata: null, locked: false });
  if (it.refuse) return reply({ type: 'refused', ...it.refuse });
  if (message.type === 'message') return reply({ type: 'message_sent', number: 41 });
  if (message.type !== 'ping' || message.id) return reply({ type: 'done' });
}
