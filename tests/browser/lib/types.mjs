// The type declarations of the client library, as the TypeScript compiler derives them from its JSDoc.
//
//   node lib/types.mjs     writes them to where the server takes them from
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('..', import.meta.url));

/** Where the server takes its pages from. */
export const web = fileURLToPath(new URL('../../../crates/gateway/src/web/', import.meta.url));

/** Where the declarations are kept. */
export const kept = join(web, 'types');

/** Runs the TypeScript compiler; returns what it complains about. */
export function compile(...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), ...args], { cwd: here, encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

/** The declarations that follow from the sources, by file name. */
export function derive() {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-types-'));
  try {
    const faults = compile('-p', 'tsconfig.json', '--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', web, '--outDir', folder);
    if (faults) throw new Error(faults);
    const all = read(folder);
    return new Map([...all].filter(([name]) => /^(switchyard|v1)[/.]/.test(name)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** All files below a folder, by their name in it. */
export function read(folder) {
  const names = readdirSync(folder, { recursive: true }).map(String).filter((name) => name.endsWith('.d.ts'));
  return new Map(names.sort().map((name) => [name.replaceAll('\\', '/'), readFileSync(join(folder, name), 'utf8')]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(kept, { recursive: true, force: true });
  for (const [name, text] of derive()) {
    mkdirSync(dirname(join(kept, name)), { recursive: true });
    writeFileSync(join(kept, name), text);
  }
}
