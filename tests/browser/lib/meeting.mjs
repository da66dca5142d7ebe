// Several participants in one page, each by a token of its own: what they say and hear through the client library.
import { createHmac } from 'node:crypto';
import { after, afterEach, before, beforeEach } from 'node:test';

import { launchChromium, open } from './browsers.mjs';
import { page as home, startServer, until } from './server.mjs';

const SECRET = 'a secret of thirty-two bytes or more';

/** What a server needs to take the tokens of `mint`. */
export const keys = { SWITCHYARD_GATEWAY__AUTH__KEYS__main: SECRET };

/** A token. Whatever is not said of it holds for an hour and allows what tokens allow by themselves. */
export function mint({ room, identity, seconds = 3600, ...claims }) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + seconds;
  const text = `${part({ alg: 'HS256', typ: 'JWT', kid: 'main' })}.${part({ sub: identity, room, exp, ...claims })}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
}

/** What a moderator's token says besides. */
export const MODERATOR = { grants: { admin: true } };

/**
 * Opens an empty page in which participants can meet. Afterwards it holds `enter(token, options)`, which joins, keeps the
 * room in `rooms` and what it was told in `told`, both by identity; `media(kind)`, a track; and `fault(promise)`, which
 * says how it was rejected.
 */
export async function meet(browser, name) {
  const page = await open(browser, name, `${home}healthz`);
  await page.evaluate(async () => {
    const { join } = await import('/switchyard.js');
    document.body.replaceChildren();
    window.rooms = {};
    window.told = {};
    window.fault = (promise) => promise.then(() => 'done', (error) => `${error.constructor.name} ${error.code}`);
    window.enter = async (token, options = {}) => {
      const room = await join({ token, ...options });
      const told = [];
      window.rooms[room.identity] = room;
      window.told[room.identity] = told;
      for (const type of ['participant-joined', 'participant-left', 'participant-changed']) {
        room.on(type, ({ participant }) => told.push(`${type} ${participant.identity}`));
      }
      for (const type of ['publication-added', 'publication-removed', 'publication-muted']) {
        room.on(type, ({ participant, publication }) => told.push(`${type} ${participant.identity} ${publication.source}`));
        room.localParticipant.on(type, ({ publication, why, by }) => told.push(`own ${type} ${publication.source} ${why ?? by ?? ''}`.trim()));
      }
      room.on('message', ({ from, to, text, number }) => told.push(`message ${number} ${from}${to ? ` to ${to}` : ''}: ${text}`));
      room.on('room-changed', ({ locked, metadata }) => told.push(`room-changed ${locked} ${metadata}`));
      room.on('connection-state', ({ state }) => told.push(state));
      room.on('ended', ({ error }) => told.push(`ended ${error.code} ${error.words}`));
      room.localParticipant.on('permissions-changed', ({ permissions }) => told.push(`permissions ${permissions.publish.join(' ')}`));
      return room.identity;
    };
    window.media = async (kind) => {
      const stream = await navigator.mediaDevices.getUserMedia({ [kind]: kind === 'video' ? { width: 1280, height: 720 } : true });
      return stream.getTracks()[0];
    };
  });
  return page;
}

/** What somebody in such a page was told. */
export function told(page, identity) {
  return page.evaluate((who) => window.told[who], identity);
}

/**
 * A server and a browser for the tests of a file, and for each of them a page in which to meet and a room of its own.
 * `name` is for logs. To be called before the file's own `beforeEach`.
 */
export function stage(name) {
  let server;
  let browser;
  let tests = 0;
  const scene = {
    page: null,
    room: '',
    get browser() {
      return browser;
    },
    /** A token for this test's room. */
    token: (identity, claims = {}) => mint({ room: scene.room, identity, ...claims }),
    /** Lets somebody enter this test's room. */
    enter: (identity, claims = {}) => scene.page.evaluate((shown) => window.enter(shown), scene.token(identity, claims)),
    /** Waits until somebody was told something. */
    heard: (identity, what) => until(`${identity} to hear ${what}`, async () => (await told(scene.page, identity)).includes(what)),
  };
  before(async () => {
    server = await startServer({ name, env: keys });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    scene.page = await meet(browser, name);
    scene.room = `room-${tests += 1}`;
  });
  afterEach(() => scene.page.close());
  return scene;
}
