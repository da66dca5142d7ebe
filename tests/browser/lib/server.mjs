// The server under test, as a process of its own.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const built = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug', 'switchyard');

/** The server under test. */
export const binary = process.env.SERVER_BINARY ?? built;

/** Where logs and pictures of a run are left. */
export const artefacts = process.env.ARTEFACTS ?? join(here, 'artefacts');
mkdirSync(artefacts, { recursive: true });

/** The page of the server under test: a secure context, because it is on this machine. */
export const page = 'http://127.0.0.1:7880/';

/** The metrics of the server under test. */
export const metricsPage = 'http://127.0.0.1:9464/metrics';

/** Where the first worker of the server under test receives media. */
export const media = { address: '127.0.0.1', port: 7882 };

/**
 * Starts a server in development mode and waits until it takes calls.
 * `name` names its log among the artefacts; `env` and `args` are added to its own.
 */
export async function startServer({ name, args = [], env = {} }) {
  const child = spawn(binary, ['--dev', ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(join(artefacts, `${name}.log`));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exited = new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', reject);
  });

  await ready(exited);
  return {
    pid: child.pid,
    /** Asks the server to stop, and returns how it ended. */
    async stop() {
      child.kill('SIGTERM');
      const end = await exited;
      log.end();
      return end;
    },
  };
}

async function ready(exited) {
  let over;
  exited.then((end) => { over = end; }, (error) => { over = error; });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (over) throw new Error(`the server ended before it was ready: ${JSON.stringify(over)} ${over.message ?? ''}`);
    const answer = await fetch(`${page}readyz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(50);
  }
  throw new Error('the server was not ready within 10 s');
}

/** The value of a metric, summed over its labels that hold all of `labels`. */
export async function metric(name, labels = '') {
  const text = await (await fetch(metricsPage)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name) && /[ {]/.test(line[name.length]) && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** Waits some milliseconds. */
export function sleep(ms) {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}

/** Calls `look` until it returns something true, and returns that. Fails with what it last saw. */
export async function until(what, look, seconds = 10) {
  const end = Date.now() + seconds * 1000;
  let seen;
  while (Date.now() < end) {
    seen = await look();
    if (seen) return seen;
    await sleep(100);
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
