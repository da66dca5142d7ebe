// A way to the server that can be cut: page and WebSocket go through it, media does not.
import { connect, createServer } from 'node:net';
import { after, before } from 'node:test';

import { launchChromium } from './browsers.mjs';
import { startServer } from './server.mjs';

const PORT = 7890;

/** The page of the server under test, by way of the relay. */
export const relayed = `http://127.0.0.1:${PORT}/`;

/** Opens the relay. */
export async function startRelay() {
  const sockets = new Set();
  let isCut = false;
  const listener = createServer((client) => {
    if (isCut) return client.destroy();
    const server = connect(7880, '127.0.0.1');
    for (const [one, other] of [[client, server], [server, client]]) {
      sockets.add(one);
      one.on('close', () => (sockets.delete(one), other.destroy()));
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise((resolve) => { listener.listen(PORT, '127.0.0.1', resolve); });
  return {
    /** Breaks every connection, and refuses new ones until `mend`. */
    cut() {
      isCut = true;
      sockets.forEach((socket) => socket.destroy());
    },
    mend() {
      isCut = false;
    },
    async stop() {
      this.cut();
      await new Promise((resolve) => { listener.close(resolve); });
    },
  };
}

/** A server, a relay and a browser for the tests of a file; `name` is for logs. */
export function stageWithRelay(name) {
  const stage = { server: null, relay: null, browser: null };
  before(async () => {
    stage.server = await startServer({ name });
    stage.relay = await startRelay();
    stage.browser = await launchChromium();
  });
  after(async () => {
    await stage.browser?.close();
    await stage.relay?.stop();
    await stage.server?.stop();
  });
  return stage;
}
