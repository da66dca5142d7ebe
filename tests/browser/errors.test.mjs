// Whatever the server can say is wrong has an error of its own kind, and words for people.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { web } from './lib/types.mjs';

const docs = fileURLToPath(new URL('../../docs/protocol/', import.meta.url));
const { $defs: kinds } = JSON.parse(readFileSync(join(docs, 'native.schema.json'), 'utf8'));
const manual = readFileSync(join(docs, 'client.md'), 'utf8');

const refusals = kinds.Refused.properties.code.examples;
const errors = kinds.ErrorCode.oneOf.map((one) => one.const);
const ends = kinds.EndReason.oneOf.map((one) => one.const);
/** What is said by HTTP instead of opening a connection. */
const doors = [...readFileSync(join(docs, 'native.md'), 'utf8').matchAll(/^\| [45]\d\d \| ([^|]+) \|/gm)]
  .flatMap(([, cell]) => [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code));

const load = (name) => import(`data:text/javascript,${encodeURIComponent(readFileSync(join(web, name), 'utf8'))}`);
const library = await load('switchyard/errors.js');

test('the library knows every code with which a request is refused, and no others', () => {
  assert.ok(refusals.length > 20 && errors.length > 5);
  const unknown = [...refusals, ...errors].filter((code) => !library.isKnown(code));
  assert.deepEqual(unknown, []);
  assert.equal(library.isKnown('toString'), false);
});

test('each code makes an error of its own kind', () => {
  const kindOf = (code, type = 'refused') => library.faultError({ type, code, message: 'no' }).name;
  assert.equal(kindOf('not_permitted'), 'NotPermittedError');
  assert.equal(kindOf('token_revoked'), 'TokenError');
  assert.equal(kindOf('rate_limited'), 'LimitError');
  assert.equal(kindOf('rate_limited', 'error'), 'LimitError', 'haste is no fault of the library’s version');
  assert.equal(kindOf('unknown_type', 'error'), 'UnsupportedError');
  assert.equal(kindOf('made_up_tomorrow'), 'RefusedError');
  assert.equal(kindOf('made_up_tomorrow', 'error'), 'ProtocolError');
  for (const code of [...doors, ...refusals]) {
    const error = library.connectError({ code, message: 'no' });
    assert.ok(error instanceof library.ConnectError, code);
    assert.equal(error instanceof library.TokenError, code.startsWith('token_'), code);
  }
});

test('the page has plain words for whatever can happen to people', () => {
  const words = readFileSync(join(web, 'page/words.js'), 'utf8');
  const forPrograms = ['left', 'not_joined', 'already_joined', 'bad_description', 'not_yours', 'own_publication', 'not_subscribed',
    'stale_answer', 'unknown_publication', 'bad_query', 'parameter_missing', 'websocket_needed', 'resume_gone'];
  const people = [...refusals, ...ends, ...doors].filter((code) => !forPrograms.includes(code));
  assert.deepEqual(people.filter((code) => !words.includes(`\n  ${code}: [`)), []);
});

test('the manual says which reasons to end are final', () => {
  const again = ['server_stopping', 'too_slow'];
  assert.deepEqual(ends.filter((reason) => !again.includes(reason) && !manual.includes(`\`${reason}\``)), []);
});
