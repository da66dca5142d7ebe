// The client library and the page mean what their types say.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { artefacts } from './lib/server.mjs';
import { compile, derive, kept, read, web } from './lib/types.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const manual = fileURLToPath(new URL('../../docs/protocol/client.md', import.meta.url));

test('library and page agree with their types, and the declarations that are served follow from them', () => {
  assert.deepEqual(read(kept), derive(), 'run: node tests/browser/lib/types.mjs');
});

test('every example of the manual agrees with the types, and the manual names every event and error', () => {
  const text = readFileSync(manual, 'utf8');
  const examples = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
  assert.ok(examples.length > 10, `${examples.length} examples`);

  const folder = mkdtempSync(join(artefacts, 'examples-'));
  try {
    const files = examples.map((code, index) => {
      const name = join(folder, `example-${index}.js`);
      writeFileSync(name, `// @ts-check\n${withNames(code)}\nexport {};\n`);
      return name;
    });
    const library = [join(kept, 'v1/switchyard.d.ts')];
    const paths = { '/v1/switchyard.js': library, 'https://meet.example.org/v1/switchyard.js': library };
    const compilerOptions = { noImplicitAny: false, strictNullChecks: false, paths };
    const config = { extends: join(here, 'tsconfig.json'), compilerOptions, files };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    assert.equal(compile('-p', folder), '');
  } finally {
    rmSync(folder, { recursive: true });
  }

  const errors = [...readFileSync(join(web, 'switchyard/errors.js'), 'utf8').matchAll(/export class (\w+)/g)].map(([, name]) => name);
  const events = ['room', 'roster'].flatMap((file) =>
    [...readFileSync(join(web, `switchyard/${file}.js`), 'utf8').matchAll(/@property \{(?:Of|Message|\{).*\} ([a-z-]+)( |\n)/g)].map(([, name]) => name));
  assert.ok(events.includes('track-removed') && events.includes('message'), `${events}`);
  for (const name of [...errors, ...events]) assert.ok(text.includes(`\`${name}\``), `client.md does not name ${name}`);
});

/** Examples speak of a room, and of somebody's publication in it, that earlier ones have introduced. */
function withNames(code) {
  const known = {
    room: "import('/v1/switchyard.js').Room",
    publication: "import('/v1/switchyard.js').RemotePublication",
    camera: "import('/v1/switchyard.js').LocalPublication",
    video: 'HTMLVideoElement',
    show: '(text: string) => void',
    freshToken: '() => Promise<string>',
  };
  const missing = Object.entries(known).filter(([name]) =>
    new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`(const|let|function) (\\{[^}]*\\b)?${name}\\b|async function ${name}\\b`).test(code));
  return missing.map(([name, type]) => `const ${name} = /** @type {${type}} */ (/** @type {unknown} */ (null));\n`).join('') + code;
}
