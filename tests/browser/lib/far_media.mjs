// A long way for media that loses some of it: a relay in front of the server's media port, on a thread of its own so that
// nothing else a test does makes it later.
import { createSocket } from 'node:dgram';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

/** The server's first media port. */
const PORT = 7882;

/** Where the relay receives media. */
const RELAY = 7982;

/**
 * Opens a way to the server's media at `address` that takes `delay` milliseconds in each direction and loses this share of
 * all packets. Pages opened with `takeTheLongWay` use it.
 */
export async function layFarMedia({ address, delay, loss }) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { address, delay, loss } });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { stop: () => worker.terminate() };
}

/** Has a page's connections reach the server by the relay. Give it to `open` or `enter` as `prepare`. */
export async function takeTheLongWay(page) {
  await page.evaluateOnNewDocument((from, to) => {
    const set = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function (description) {
      const sdp = description.sdp.replaceAll(` ${from} typ host`, ` ${to} typ host`);
      return set.call(this, { type: description.type, sdp });
    };
  }, PORT, RELAY);
}

/** Numbers from 0 to 1 that are the same in each run. */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function relay({ address, delay, loss }) {
  const next = numbers(7);
  const pass = (send) => { if (next() >= loss) setTimeout(send, delay); };
  const near = createSocket('udp4');
  const far = new Map();
  const towards = (port, host) => {
    const name = `${host}:${port}`;
    if (!far.has(name)) {
      const socket = createSocket('udp4');
      socket.on('message', (bytes) => pass(() => near.send(bytes, port, host)));
      far.set(name, socket);
    }
    return far.get(name);
  };
  near.on('message', (bytes, { port, address: host }) => {
    const socket = towards(port, host);
    pass(() => socket.send(bytes, PORT, address));
  });
  near.bind(RELAY, address, () => parentPort.postMessage('open'));
}

if (!isMainThread && workerData?.delay !== undefined) relay(workerData);
