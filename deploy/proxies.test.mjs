// The examples for nginx and Caddy, run in front of a server that says what reached it.
//
//   tests/browser/isolated node --test deploy/proxies.test.mjs
//
// Needs ports 80, 443 and 7880 for itself, which that wrapper gives it. A proxy that is not installed is
// skipped.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const deploy = fileURLToPath(new URL('.', import.meta.url));
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const offer = `v=0\r\n${'a=x\r\n'.repeat(20_000)}`;

/** Starts nginx with the example, a certificate for a day and its files in `folder`. */
function nginx(folder) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1',
    '-subj', '/CN=localhost', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')], { stdio: 'ignore' });
  const site = readFileSync(join(deploy, 'nginx/switchyard.conf'), 'utf8')
    .replace(/(ssl_certificate_key +).*/, `$1${folder}/key.pem;`)
    .replace(/(ssl_certificate +).*/, `$1${folder}/cert.pem;`)
    .replace('/var/log/nginx', folder);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`);
  writeFileSync(join(folder, 'nginx.conf'),
    `user root; daemon off; pid ${folder}/pid; events {}\nhttp { ${temporary.join(' ')}\n${site}\n}\n`);
  return spawn('nginx', ['-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')], { env: { ...process.env, PATH } });
}

/** Starts Caddy with the example, which for `localhost` makes a certificate itself. */
function caddy(folder) {
  const site = readFileSync(join(deploy, 'caddy/Caddyfile'), 'utf8');
  writeFileSync(join(folder, 'Caddyfile'), `{\n\tskip_install_trust\n\tadmin off\n}\n${site}`);
  const env = { ...process.env, PUBLIC_NAME: 'localhost', XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  return spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')], { env });
}

/** Sends one request through the proxy. */
function ask(method, path, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: 443, servername: 'localhost', method, path, rejectUnauthorized: false, agent: false };
    const asked = request({ ...options, headers: { host: 'localhost', ...headers } });
    asked.on('error', reject);
    asked.on('upgrade', (answer, socket) => resolve({ status: answer.statusCode, headers: answer.headers, socket }));
    asked.on('response', async (answer) => {
      const parts = [];
      for await (const part of answer) parts.push(part);
      resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() });
    });
    asked.end(body);
  });
}

/** A server that answers with what it was asked, and echoes on upgraded connections. */
function mirror() {
  const server = createServer(async (asked, answer) => {
    let bytes = 0;
    for await (const part of asked) bytes += part.length;
    answer.writeHead(asked.method === 'POST' ? 201 : 200, { location: '/v1/whip/lobby/r1', etag: '"e1"', link: '<stun:s>; rel="ice-server"' });
    answer.end(JSON.stringify({ method: asked.method, url: asked.url, headers: asked.headers, bytes }));
  });
  server.on('upgrade', (asked, socket) => {
    const accept = createHash('sha1').update(`${asked.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nX-Asked: ${asked.url}\r\n\r\n`);
    socket.on('error', () => {}).pipe(socket);
  });
  return new Promise((resolve) => { server.listen(7880, '127.0.0.1', () => resolve(server)); });
}

for (const [name, start] of [['nginx', nginx], ['caddy', caddy]]) {
  const missing = spawnSync('sh', ['-c', `command -v ${name}`], { env: { ...process.env, PATH } }).status !== 0;
  describe(name, { skip: missing && `no ${name} here` }, () => {
    let folder, proxy, server;
    let said = '';

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), `switchyard-${name}-`));
      server = await mirror();
      proxy = start(folder);
      proxy.stderr.on('data', (part) => { said += part; });
      for (let attempt = 0; attempt < 100; attempt += 1) {
        if (await ask('GET', '/').then(({ status }) => status === 200, () => false)) return;
        await new Promise((resolve) => { setTimeout(resolve, 100); });
      }
      assert.fail(`${name} does not serve: ${said}`);
    });

    after(async () => {
      const gone = new Promise((resolve) => { proxy.on('exit', resolve); });
      proxy.kill('SIGTERM');
      await gone;
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    });

    test('a WebSocket is opened, token and all, and carries both ways', async () => {
      const path = '/v1/connect?room=lobby&token=a.b.c';
      const headers = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };

      const { status, headers: answered, socket } = await ask('GET', path, { headers });
      const echoed = new Promise((resolve) => { socket.once('data', (part) => resolve(part.toString())); });
      socket.write('hello');

      assert.equal(status, 101);
      assert.equal(answered['x-asked'], path);
      assert.equal(await echoed, 'hello');
      socket.destroy();
    });

    test('WHIP and WHEP pass with every method and header they have', async () => {
      const own = { authorization: 'Bearer a.b.c', 'content-type': 'application/sdp', 'if-match': '"e1"' };
      for (const [method, path] of [['POST', '/v1/whip/lobby'], ['PATCH', '/v1/whip/lobby/r1'], ['DELETE', '/v1/whip/lobby/r1'],
        ['OPTIONS', '/v1/whep/lobby/ada'], ['POST', '/v1/whep/lobby/ada']]) {
        const body = method === 'POST' || method === 'PATCH' ? offer : undefined;

        const { status, headers, text } = await ask(method, path, { headers: own, body });

        const seen = JSON.parse(text);
        assert.deepEqual([seen.method, seen.url, seen.bytes], [method, path, body?.length ?? 0]);
        assert.equal(status, method === 'POST' ? 201 : 200);
        for (const header of Object.keys(own)) assert.equal(seen.headers[header], own[header], `${method} ${header}`);
        assert.deepEqual([headers.location, headers.etag, headers.link], ['/v1/whip/lobby/r1', '"e1"', '<stun:s>; rel="ice-server"']);
      }
    });

    test('the server is told the name, the protocol and the address of the client, and no lies', async () => {
      const { text } = await ask('GET', '/', { headers: { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'gopher' } });

      const { headers } = JSON.parse(text);
      assert.deepEqual([headers.host, headers['x-forwarded-for'], headers['x-forwarded-proto']], ['localhost', '127.0.0.1', 'https']);
    });

    test('no token is written down', async () => {
      const logs = () => said + execFileSync('sh', ['-c', `cat ${folder}/*.log 2>/dev/null || true`]);

      await ask('GET', '/v1/connect?token=secret');

      assert.ok(!logs().includes('token='), logs());
    });
  });
}
