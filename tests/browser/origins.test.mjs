// Whom the page asks, and from where the library can be used.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { launchChromium, launchFirefox, open } from './lib/browsers.mjs';
import { call } from './lib/claims.mjs';
import { page as home, startServer, until } from './lib/server.mjs';

/** The most that the page may weigh with all that it loads, uncompressed, in bytes. */
const WEIGHT = 250_000;

/** Where a page of somebody else's is served. */
const PORT = 7893;

let server;
let browser;
before(async () => {
  server = await startServer({ name: 'origins' });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the page asks nobody but its own server, and is light', async (t) => {
  const page = await open(browser, 'origins', home);
  const asked = [];
  let weight = 0;
  page.on('response', (response) => {
    if (response.url().startsWith('data:')) return;
    asked.push(response.url());
    weight += Number(response.headers()['content-length'] ?? 0);
  });
  await page.setCacheEnabled(false);
  await page.goto(call({ room: 'weight', identity: 'ada' }));
  await until('the call', () => page.evaluate(() => window.room?.publications.length === 2));

  assert.deepEqual(asked.filter((url) => !url.startsWith(home)), []);
  t.diagnostic(`${asked.length} files, ${Math.round(weight / 1000)} kB`);
  assert.ok(weight > 50_000 && weight < WEIGHT, `${weight} bytes`);
  await page.close();
});

test('its policy lets nothing else in, and nothing out', async () => {
  const page = await open(browser, 'origins-policy', home);
  await page.evaluate(() => {
    window.blocked = new Set();
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => window.blocked.add(effectiveDirective));
    const add = (tag, properties) => document.body.append(Object.assign(document.createElement(tag), properties));
    add('script', { textContent: 'window.isHacked = true' });
    add('script', { src: 'http://localhost:7880/page.js' });
    add('style', { textContent: 'body { display: none }' });
    add('img', { src: 'http://localhost:7880/x.png' });
    add('iframe', { src: 'http://localhost:7880/' });
    fetch('http://localhost:7880/healthz').catch(() => {});
    try { new WebSocket('ws://localhost:7880/v1/connect'); } catch { /* Some browsers throw. */ }
  });

  const all = 'connect-src frame-src img-src script-src-elem style-src-elem';
  await until(all, () => page.evaluate((wanted) => [...window.blocked].sort().join(' ') === wanted, all));
  assert.equal(await page.evaluate(() => window.isHacked ?? false), false);
  await page.close();
});

for (const [name, launch] of [['Chromium', null], ['Firefox', launchFirefox]]) {
  test(`in ${name} a page of another origin imports the library and joins`, async () => {
    const site = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>elsewhere</title><script type="module">
        import { join, VERSION } from '${home}v1/switchyard.js';
        const room = await join({ url: '${home}', room: 'elsewhere', identity: 'ada' });
        window.seen = [VERSION, room.state, await join({ url: '${home}', room: 'elsewhere' }).catch(({ code }) => code)];
      </script>`);
    });
    await new Promise((resolve) => { site.listen(PORT, '127.0.0.1', resolve); });
    const other = launch ? await launch() : browser;
    try {
      const page = await other.newPage();
      await page.goto(`http://127.0.0.1:${PORT}/`);
      const seen = await until('the room', () => page.evaluate(() => window.seen), 20);
      assert.match(seen[0], /^1\./);
      assert.deepEqual(seen.slice(1), ['connected', 'parameter_missing'], 'and reads why it may not');
      await page.close();
    } finally {
      if (launch) await other.close();
      site.closeAllConnections();
      site.close();
    }
  });
}
