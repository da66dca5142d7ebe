// A client made of a WebSocket and two connections, nothing else: what it sends and takes is said codec by
// codec, which no library should have to offer.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { open } from './browsers.mjs';
import { inbound } from './observe.mjs';
import { binary, page as home, sleep, until } from './server.mjs';

/**
 * Opens an empty page and joins a room with it, publishing nothing. Afterwards the page holds `call`:
 * `call.publish(options)` offers a picture, `call.messages` is all that the server said. With `receives`, its answers
 * take no other codecs for pictures.
 */
export async function enterRaw(browser, name, { room, identity, token = '', receives = null }) {
  const page = await open(browser, `${name}-${identity}`, `${home}healthz`);
  await page.evaluate(client, { room, identity, token, receives });
  return page;
}

/** A token that opens a room; `args` are those of `switchyard token`. */
export async function mint(room, identity, ...args) {
  const { stdout } = await promisify(execFile)(binary, ['token', '--dev', '--room', room, '--identity', identity, ...args]);
  return stdout.trim();
}

/** Waits until pictures of that width are decoded, and for two seconds of more of them. */
export async function plays(page, width, seconds = 30) {
  const [before] = await until(`a picture ${width} wide`, async () => {
    const seen = (await inbound(page, 'video')).filter((video) => video.framesDecoded > 0 && video.frameWidth === width);
    return seen.length > 0 && seen;
  }, seconds);
  await sleep(2000);
  const video = (await inbound(page, 'video')).find(({ ssrc }) => ssrc === before.ssrc);
  assert.ok(video.framesDecoded > before.framesDecoded + 10, `${video.framesDecoded - before.framesDecoded} frames in 2 s`);
  return video;
}

/** The codec of the picture that a page plays. */
export async function codecOf(page) {
  const [video] = await inbound(page, 'video');
  const codecs = await page.evaluate(() => window.seen.stats('codec'));
  return codecs.find(({ id }) => id === video.codecId)?.mimeType.slice(6).toUpperCase();
}

/** Which of these codecs a browser can send, and which it can take. */
export async function abilities(browser) {
  const page = await open(browser, 'abilities', `${home}healthz`);
  const names = (side) => side.getCapabilities('video').codecs.map(({ mimeType }) => mimeType.slice(6).toUpperCase());
  const able = await page.evaluate(`(() => {
    const names = ${names};
    return { sends: names(RTCRtpSender), takes: names(RTCRtpReceiver) };
  })()`);
  await page.close();
  return able;
}

/** Runs inside the page. */
async function client({ receives, ...query }) {
  const socket = new WebSocket(`ws://${location.host}/v1/connect?${new URLSearchParams(query)}`);
  const messages = [];
  const waiting = new Map();
  let last = 0;
  const publishing = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const subscribing = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const known = new Map();

  const send = (message) => socket.send(JSON.stringify(message));
  const request = (message) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    send({ ...message, id: last });
  });

  const only = (codecs) => {
    const all = RTCRtpReceiver.getCapabilities('video').codecs;
    const helpers = ['VIDEO/RTX', 'VIDEO/RED', 'VIDEO/ULPFEC'];
    return all.filter(({ mimeType }) => [...codecs.map((codec) => `VIDEO/${codec}`), ...helpers].includes(mimeType.toUpperCase()));
  };

  /** Takes an offer; every picture of somebody is put into an element of its own. */
  async function take({ offer, sdp, subscriptions }) {
    await subscribing.setRemoteDescription({ type: 'offer', sdp });
    for (const transceiver of subscribing.getTransceivers()) {
      if (receives && transceiver.receiver.track.kind === 'video') transceiver.setCodecPreferences(only(receives));
    }
    await subscribing.setLocalDescription();
    send({ type: 'answer', offer, sdp: subscribing.localDescription.sdp });
    for (const { mid, publication } of subscriptions) {
      const transceiver = subscribing.getTransceivers().find((one) => one.mid === mid);
      if (!transceiver || known.has(mid)) continue;
      known.set(mid, publication);
      const element = document.createElement(transceiver.receiver.track.kind);
      Object.assign(element, { autoplay: true, playsInline: true });
      element.srcObject = new MediaStream([transceiver.receiver.track]);
      document.body.append(element);
      element.play().catch(() => {});
    }
  }

  let offers = Promise.resolve();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data);
    messages.push(message);
    if (message.type === 'offer') offers = offers.then(() => take(message));
    const asker = waiting.get(message.in_reply_to);
    if (!asker) return;
    waiting.delete(message.in_reply_to);
    if (['refused', 'error'].includes(message.type)) asker.reject(Object.assign(new Error(message.message), { code: message.code }));
    else asker.resolve(message);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error('no connection')));
  });
  await request({ type: 'join' });

  const tracks = [];
  let stream;
  const inCodec = (codec) => RTCRtpSender.getCapabilities('video').codecs
    .filter(({ mimeType }) => [`VIDEO/${codec}`, 'VIDEO/RTX'].includes(mimeType.toUpperCase()));

  /** Offers all there is, and takes the answer. */
  async function negotiate({ isDeaf = false } = {}) {
    await publishing.setLocalDescription();
    const { sdp, publications } = await request({ type: 'offer', sdp: publishing.localDescription.sdp, tracks });
    await publishing.setRemoteDescription({ type: 'answer', sdp: isDeaf ? sdp.replace(/^b=.*\r\n/gm, '') : sdp });
    return publications;
  }

  /** Offers what is published in another codec, or in the browser's own order. */
  async function turnTo(codec) {
    const { codecs } = RTCRtpSender.getCapabilities('video');
    publishing.getTransceivers()[0].setCodecPreferences(codec ? inCodec(codec) : codecs);
    return negotiate();
  }

  /** Has the sender use another one of the codecs that were negotiated, without a word to the server. */
  async function encodeIn(codec) {
    const [{ sender }] = publishing.getTransceivers();
    const parameters = sender.getParameters();
    const wanted = parameters.codecs.find(({ mimeType }) => mimeType.toUpperCase() === `VIDEO/${codec}`);
    for (const encoding of parameters.encodings) encoding.codec = wanted;
    await sender.setParameters(parameters);
  }

  /** Publishes the camera in one codec, or in the browser's own order of codecs. Who is deaf does not read which bitrate the answer allows. */
  async function publish({ codec = null, encodings = [{}], width = 640, height = 360, backup_of = null, isDeaf = false }) {
    stream ??= await navigator.mediaDevices.getUserMedia({ video: { width, height, frameRate: 30 } });
    const transceiver = publishing.addTransceiver(stream.getVideoTracks()[0], { direction: 'sendonly', sendEncodings: encodings, streams: [stream] });
    if (codec) transceiver.setCodecPreferences(inCodec(codec));
    await publishing.setLocalDescription();
    const track = { mid: transceiver.mid, source: 'camera' };
    tracks.push(backup_of === null ? track : { ...track, backup_of });
    const publications = await negotiate({ isDeaf });
    return publications.find(({ mid }) => mid === transceiver.mid);
  }

  /** Publishes the microphone, each packet with what the last ones had in them. */
  async function publishRepeated() {
    const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    const transceiver = publishing.addTransceiver(sound.getAudioTracks()[0], { direction: 'sendonly', streams: [sound] });
    const { codecs } = RTCRtpSender.getCapabilities('audio');
    const named = (name) => codecs.filter(({ mimeType }) => mimeType.toLowerCase() === `audio/${name}`);
    transceiver.setCodecPreferences([...named('red'), ...named('opus')]);
    await publishing.setLocalDescription();
    tracks.push({ mid: transceiver.mid, source: 'microphone' });
    await negotiate();
  }

  window.call = { publish, publishRepeated, turnTo, encodeIn, request, messages, publishing, subscribing, known };
}
