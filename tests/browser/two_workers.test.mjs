// A room that spans two workers: whoever is in it cannot tell.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchChromium, open } from './lib/browsers.mjs';
import { call, seesAndHears } from './lib/claims.mjs';
import { metric, startServer } from './lib/server.mjs';

let server;
let browser;
before(async () => {
  const env = { SWITCHYARD_CONTROL__PLACEMENT: 'spread' };
  server = await startServer({ name: 'two-workers', args: ['--workers', '2'], env });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('three participants on two workers see and hear each other', async () => {
  const pages = [];
  for (const identity of ['ada', 'bob', 'cyd']) {
    pages.push(await open(browser, `two-workers-${identity}`, call({ room: 'wide', identity })));
  }
  for (const page of pages) await seesAndHears(page, 2);

  const ports = await Promise.all(pages.map((page) => page.evaluate(async () => {
    const pairs = (await window.seen.stats('candidate-pair')).filter((pair) => pair.nominated);
    const remote = await window.seen.stats('remote-candidate');
    return pairs.map((pair) => remote.find(({ id }) => id === pair.remoteCandidateId)?.port);
  })));
  assert.equal(new Set(ports.flat()).size, 2, `media goes to ports ${ports}`);
  for (const worker of [0, 1]) {
    assert.ok(await metric('switchyard_worker_peers', `worker="${worker}"`) > 0, `worker ${worker} has no peers`);
  }
  assert.ok(await metric('switchyard_route_crossed_packets_total') > 0, 'nothing crossed');
});
