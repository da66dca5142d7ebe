// Browsers as WHIP encoders and WHEP players, with nothing but fetch and RTCPeerConnection.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, launchFirefox, open } from './lib/browsers.mjs';
import { page as home, startServer, until } from './lib/server.mjs';

const ROOM = 'whip-lab';

let server;
let chromium;
let firefox;
before(async () => {
  server = await startServer({ name: 'whep' });
  chromium = await launchChromium();
  firefox = await launchFirefox();
});
after(async () => {
  await firefox?.close();
  await chromium?.close();
  await server?.stop();
});

/** In the page: publishes camera and microphone. */
async function publish({ room, identity }) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const connection = new RTCPeerConnection();
  for (const track of stream.getTracks()) connection.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
  await connection.setLocalDescription();
  const answer = await fetch(`/v1/whip/${room}?identity=${identity}`, {
    method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: connection.localDescription.sdp,
  });
  await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  globalThis.connection = connection;
  return { status: answer.status, location: answer.headers.get('Location'), tag: answer.headers.get('ETag') };
}

/** In the page: watches somebody. */
async function watch({ room, whom, identity }) {
  const connection = new RTCPeerConnection();
  const stream = new MediaStream();
  connection.ontrack = ({ track }) => stream.addTrack(track);
  connection.addTransceiver('audio', { direction: 'recvonly' });
  connection.addTransceiver('video', { direction: 'recvonly' });
  await connection.setLocalDescription();
  const answer = await fetch(`/v1/whep/${room}/${whom}?identity=${identity}`, {
    method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: connection.localDescription.sdp,
  });
  if (answer.status !== 201) return { status: answer.status };
  await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  const video = document.createElement('video');
  Object.assign(video, { srcObject: stream, muted: true, autoplay: true });
  document.body.append(video);
  globalThis.connection = connection;
  globalThis.resource = { url: answer.headers.get('Location'), tag: answer.headers.get('ETag') };
  return { status: answer.status, ...globalThis.resource };
}

/** In the page: what arrives. */
async function received() {
  const report = await globalThis.connection.getStats();
  const inbound = [...report.values()].filter(({ type }) => type === 'inbound-rtp');
  const of = (kind) => inbound.find((one) => one.kind === kind) ?? {};
  return { frames: of('video').framesDecoded ?? 0, width: of('video').frameWidth, sound: of('audio').packetsReceived ?? 0 };
}

/** In the page: restarts ICE by a fragment, as the specification of WHIP has it. */
async function restart() {
  const { connection, resource } = globalThis;
  await connection.setLocalDescription(await connection.createOffer({ iceRestart: true }));
  const lines = connection.localDescription.sdp.split('\r\n');
  const fragment = lines.filter((line) => /^a=(ice-ufrag|ice-pwd|candidate):/.test(line)).join('\r\n');
  const answer = await fetch(resource.url, {
    method: 'PATCH', headers: { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': '*' }, body: `${fragment}\r\n`,
  });
  const text = await answer.text();
  const value = (key) => text.match(new RegExp(`a=${key}:(.*)\r`))[1];
  const before = connection.remoteDescription.sdp;
  const sdp = before.replace(/a=ice-ufrag:.*\r/g, `a=ice-ufrag:${value('ice-ufrag')}\r`)
    .replace(/a=ice-pwd:.*\r/g, `a=ice-pwd:${value('ice-pwd')}\r`);
  await connection.setRemoteDescription({ type: 'answer', sdp });
  return { status: answer.status, tag: answer.headers.get('ETag'), before: resource.tag };
}

async function plays(page, what) {
  const before = await page.evaluate(received);
  return until(what, async () => {
    const now = await page.evaluate(received);
    return now.frames > before.frames + 10 && now.sound > before.sound + 20 && now;
  }, 20);
}

for (const [name, browser] of [['Chromium', () => chromium], ['Firefox', () => firefox]]) {
  test(`${name} plays by WHEP what Chromium publishes by WHIP, across a restart of ICE`, async () => {
    const room = `${ROOM}-${name}`;
    const encoder = await open(chromium, `whip-${name}`, home);
    const player = await open(browser(), `whep-${name}`, home);
    const published = await encoder.evaluate(publish, { room, identity: 'encoder' });
    assert.equal(published.status, 201);
    assert.match(published.location, new RegExp(`^/v1/whip/${room}/[0-9a-f]{32,}$`));
    assert.match(published.tag, /^".+"$/);

    const watched = await player.evaluate(watch, { room, whom: 'encoder', identity: 'player' });
    assert.equal(watched.status, 201);
    await plays(player, `${name} plays`);

    const restarted = await player.evaluate(restart);
    assert.equal(restarted.status, 200);
    assert.notEqual(restarted.tag, restarted.before);
    await plays(player, `${name} plays on after the restart`);

    const status = await player.evaluate(async () => (await fetch(globalThis.resource.url, { method: 'DELETE' })).status);
    assert.equal(status, 200);
    const again = await player.evaluate(async () => (await fetch(globalThis.resource.url, { method: 'DELETE' })).status);
    assert.equal(again, 404);
    await encoder.close();
    await player.close();
  });
}

test('a player of nobody is told so, and a page of another origin can read it', async () => {
  const player = await open(chromium, 'whep-nobody', home);
  const watched = await player.evaluate(watch, { room: ROOM, whom: 'nobody', identity: 'player' });
  assert.equal(watched.status, 404);
  await player.close();

  // The page's own policy lets it speak to its own origin alone, so somebody else's is needed.
  const stranger = await open(chromium, 'whep-elsewhere', 'http://localhost:7880/healthz');
  const elsewhere = await stranger.evaluate(async (server) => {
    const answer = await fetch(`${server}v1/whep/lab/nobody?identity=x`, {
      method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: 'nonsense',
    });
    return { status: answer.status, code: (await answer.json()).error.code };
  }, home);
  assert.equal(elsewhere.status, 400);
  assert.equal(elsewhere.code, 'bad_description');
  await stranger.close();
});
