// A machine with a network stack of its own and two networks to be in, one after the other. Browsers on it see their
// addresses come and go as on a laptop that is carried out of reach of its Wi-Fi.
import { execFileSync, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

import { FIREFOX, launchChromium, launchFirefox } from './browsers.mjs';
import { sleep, until } from './server.mjs';

/** The server's address, which can be reached from either network. */
export const SERVER = '10.88.0.1';

/** The server's page as it is reached from there. */
export const abroad = `http://${SERVER}:7880/`;

/** What a server needs so that it is reached at that address. */
export const reachable = ['--listen', '0.0.0.0:7880', '--announce', SERVER];

const ON_MACHINE = fileURLToPath(new URL('on_machine', import.meta.url));

/** Where Firefox on a machine is driven. */
const DRIVEN_AT = 7899;

const here = (...args) => execFileSync('ip', args);

/** Leads from here to where Firefox on the machine is driven. */
async function openBridge(namespace) {
  const there = `exec 3<>/dev/tcp/127.0.0.1/${DRIVEN_AT}; cat <&3 & cat >&3; kill %1`;
  const bridge = createServer((socket) => {
    const way = spawn('nsenter', [`--net=${namespace}`, 'bash', '-c', there], { stdio: ['pipe', 'pipe', 'ignore'] });
    socket.pipe(way.stdin);
    way.stdout.pipe(socket);
    socket.on('error', () => way.kill());
    way.stdin.on('error', () => socket.destroy());
  });
  await new Promise((resolve) => { bridge.listen(DRIVEN_AT, '127.0.0.1', resolve); });
  return bridge;
}

/** Starts one. It is in its first network. */
export async function startMachine() {
  const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
  const namespace = `/proc/${holder.pid}/ns/net`;
  const own = readlinkSync('/proc/self/ns/net');
  await until('a namespace', () => readlinkSync(namespace) !== own);
  const there = (...args) => execFileSync('nsenter', [`--net=${namespace}`, 'ip', ...args]);

  if (!`${here('address', 'show', 'dev', 'lo')}`.includes(SERVER)) here('address', 'add', `${SERVER}/32`, 'dev', 'lo');
  there('link', 'set', 'lo', 'up');
  for (const network of [1, 2]) {
    here('link', 'add', `far${network}`, 'type', 'veth', 'peer', 'name', `near${network}`);
    here('link', 'set', `near${network}`, 'netns', `${holder.pid}`);
    // Without an address of its own for IPv6, which would come some seconds after the other.
    here('link', 'set', `far${network}`, 'addrgenmode', 'none', 'up');
    here('address', 'add', `10.8${network}.0.1/24`, 'dev', `far${network}`);
    there('link', 'set', `near${network}`, 'addrgenmode', 'none');
  }
  let bridge;
  const machine = {
    /** Comes into reach of a network; its traffic goes there unless another is preferred. */
    enter(network, metric = network * 100) {
      there('link', 'set', `near${network}`, 'up');
      there('address', 'replace', `10.8${network}.0.2/24`, 'dev', `near${network}`);
      there('route', 'replace', 'default', 'via', `10.8${network}.0.1`, 'dev', `near${network}`, 'metric', `${metric}`);
    },
    /** Prefers a network to the others. */
    prefer(network) {
      there('route', 'replace', 'default', 'via', `10.8${network}.0.1`, 'dev', `near${network}`, 'metric', '10');
    },
    /** Loses this share of the datagrams of UDP that come to it, in percent, each drawn by itself. Throws where this system can't. */
    lose(percent) {
      const rules = `add table ip air; flush table ip air; add chain ip air in { type filter hook input priority 0; };
        add rule ip air in meta l4proto udp numgen random mod 100 < ${percent} drop`;
      execFileSync('nsenter', [`--net=${namespace}`, 'nft', rules], { stdio: ['ignore', 'ignore', 'pipe'] });
    },
    /** Is out of reach of a network, whose address is gone. */
    leave(network) {
      there('address', 'flush', 'dev', `near${network}`);
      there('link', 'set', `near${network}`, 'down');
    },
    /** Chromium on this machine. It is driven by pipes, which need no network. `how` says more on how it is launched. */
    launch(how = {}) {
      const flags = [`--unsafely-treat-insecure-origin-as-secure=${new URL(abroad).origin}`];
      return launchChromium(flags, {
        ...how,
        executablePath: ON_MACHINE,
        pipe: true,
        env: { ...process.env, MACHINE: namespace },
      });
    },
    /** Firefox on this machine. It is driven by a WebSocket, to which a bridge leads from here. */
    async launchFirefox() {
      bridge ??= await openBridge(namespace);
      return launchFirefox({}, { executablePath: ON_MACHINE, debuggingPort: DRIVEN_AT, env: { ...process.env, MACHINE: namespace, BROWSER: FIREFOX } });
    },
    async stop() {
      bridge?.close();
      here('link', 'delete', 'far1');
      here('link', 'delete', 'far2');
      holder.kill();
      await sleep(0);
    },
  };
  machine.enter(1);
  return machine;
}
