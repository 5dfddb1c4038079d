import t from 'tap';
import { describeBadMessage, parseMessage } from '../../src/jobs/protocol.ts';

const parse = (value: unknown) => parseMessage(JSON.stringify(value));

t.test('each message of the protocol is read as it was sent', async (t) => {
  for (const message of [
    { type: 'progress', done: 0 },
    { type: 'progress', done: 40, total: 200, phase: 'write', note: '…' },
    { type: 'progress', done: 0.5, total: 0 },
    { type: 'row', outcome: 'added' },
    { type: 'row', ref: 'Experiences!17', outcome: 'invalid', message: 'no title' },
    { type: 'result', data: {} },
    { type: 'result', data: { deep: { list: [1, null] } } },
    { type: 'failure', message: 'The sheet is on fire.' },
    { type: 'failure', message: '', detail: { code: 'x' } },
  ]) {
    t.same(parse(message), message, JSON.stringify(message));
  }
});

t.test('a carriage return or spaces around a message are ignored', async (t) => {
  t.same(parseMessage(' {"type":"result","data":{}}\r'), { type: 'result', data: {} });
});

t.test('a line that is not a message gives null', async (t) => {
  for (const line of [
    '',
    ' ',
    'text',
    '{',
    '{}',
    '[]',
    'null',
    '1',
    '"progress"',
    '[{"type":"progress","done":1}]',
  ]) {
    t.equal(parseMessage(line), null, JSON.stringify(line));
  }
  for (const value of [
    { type: 'other' },
    { type: 'constructor' },
    { type: ['progress'], done: 1 },
    { type: 'progress' },
    { type: 'progress', done: '1' },
    { type: 'progress', done: -1 },
    { type: 'progress', done: null },
    { type: 'progress', done: 1, total: '2' },
    { type: 'progress', done: 1, total: null },
    { type: 'progress', done: 1, phase: 7 },
    { type: 'progress', done: 1, note: {} },
    { type: 'row' },
    { type: 'row', outcome: 1 },
    { type: 'row', outcome: 'added', ref: { sheet: 1 } },
    { type: 'row', outcome: 'added', ref: 17 },
    { type: 'row', outcome: 'added', message: ['no'] },
    { type: 'row', outcome: 'added', message: null },
    { type: 'result' },
    { type: 'result', data: [] },
    { type: 'result', data: null },
    { type: 'result', data: 'x' },
    { type: 'failure' },
    { type: 'failure', message: 1 },
    { type: 'failure', message: 'x', detail: 'y' },
    { type: 'failure', message: 'x', detail: [] },
  ]) {
    t.equal(parse(value), null, JSON.stringify(value));
  }
  t.equal(parseMessage('{"type":"progress","done":1e999}'), null, 'an infinite number');
});

t.test('the reason names what was found, where, and what was expected', async (t) => {
  const reasons: Record<string, string> = {
    '{"type":"progress"}': 'has no "done" in a message of type progress; expected: a number from 0',
    '{"type":"progress","done":-1}':
      'has -1 as "done" in a message of type progress; expected: a number from 0',
    '{"type":"progress","done":1e999}':
      'has Infinity as "done" in a message of type progress; expected: a number from 0',
    '{"type":"progress","done":1,"total":"2"}':
      'has "2" as "total" in a message of type progress; expected: a number from 0',
    '{"type":"row","outcome":"added","message":null}':
      'has null as "message" in a message of type row; expected: a text',
    '{"type":"result","data":[]}': 'has [] as "data" in a message of type result; expected: an object',
    '{"type":"usage","item":"server_cpu_sec","quantity":1}':
      'has "server_cpu_sec" as "item" in a message of type usage; expected: one of embedding_tokens, embedded_experiences, embedded_manuals',
    '{"type":"usage","item":"embedding_tokens","quantity":-1}':
      'has -1 as "quantity" in a message of type usage; expected: a number from 0',
    '{"type":"usage","item":"embedding_tokens","quantity":1,"is_estimate":1}':
      'has 1 as "is_estimate" in a message of type usage; expected: true or false',
    '{"type":"status"}':
      'has the unknown type "status". Known types: progress, row, result, failure, usage, statements',
    '{"done":1}': 'has no "type". Known types: progress, row, result, failure, usage, statements',
    '[1]': 'is not a JSON object',
    ' ': 'is empty',
  };
  for (const [line, reason] of Object.entries(reasons)) t.equal(describeBadMessage(line), reason, line);
  t.match(describeBadMessage('{"type":"progress","done":NaN}'), /^is not JSON: /);
  t.ok(describeBadMessage(JSON.stringify({ type: 'x'.repeat(100_000) })).length < 300);
});
