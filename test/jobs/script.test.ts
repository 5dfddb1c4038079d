import '../support/plain-children.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import type { ScriptMessage } from '../../src/jobs/protocol.ts';
import { startEngine } from '../support/engine.ts';
import { childFile, defineOperation } from '../support/operations.ts';
import { makeFolder } from '../support/folder.ts';

const id = '33333333-3333-4333-8333-333333333333';

/** Runs the fixture as the runner would, and returns its messages and output. */
async function runFixture(
  t: Test,
  input: string,
  given: { env?: Record<string, string>; root?: string } = {},
) {
  const { root = makeFolder(t), env = { CHL_JOB: `${id}.2`, CHL_MESSAGE_FD: '3' } } = given;
  const child = spawn(process.execPath, [childFile('sends-script-messages')], {
    cwd: root,
    env: { CHL_EXPERIENCE_ROOT: root, ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const texts = [1, 2, 3].map(async (fd) => {
    let text = '';
    for await (const chunk of child.stdio[fd] as Readable) text += chunk;
    return text;
  });
  child.stdin.end(input);
  const [code] = await once(child, 'exit');
  const [stdout = '', stderr = '', messages = ''] = await Promise.all(texts);
  const lines = messages.split('\n').filter(Boolean);
  return { code, stdout, stderr, root, messages: lines.map((line) => JSON.parse(line) as ScriptMessage) };
}

const ask = (t: Test, args: object, given = {}) => runFixture(t, JSON.stringify(args), given);

t.test('the return value is the result, and rows are sent as they come', async (t) => {
  const { code, stdout, stderr, messages, root } = await ask(t, { text: 'work' });
  t.same({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
  t.same(messages, [
    { type: 'row', ref: 'Sheet!2', outcome: 'added' },
    { type: 'row', ref: 'Sheet!3', outcome: 'invalid', message: 'no title' },
    { type: 'result', data: { job: { id, attempt: 2 }, root } },
  ]);
});

t.test('progress is sent sparingly: the first, changes of phase, and the last', async (t) => {
  const { messages } = await ask(t, { text: 'work', count: 100_000 });
  const progress = messages.filter((message) => message.type === 'progress');
  t.same(progress[0], { type: 'progress', done: 1, total: 100_000, phase: 'count', note: 'at 1' });
  t.same(progress.at(-1), { type: 'progress', done: 0, phase: 'check' });
  t.ok(progress.length < 100, `${progress.length} messages`);
});

t.test('an AppError exits with its code and message, without a stack', async (t) => {
  for (const [text, code, message, detail] of [
    ['bad input', 65, 'Row 7 has no title.', { total: 1 }],
    ['temporary', 75, 'The sheet is busy.', undefined],
    ['own error', 1, 'It went wrong.', undefined],
  ] as const) {
    const said = await ask(t, { text });
    t.equal(said.code, code, text);
    t.same(said.messages, [{ type: 'failure', message, ...(detail && { detail }) }]);
    t.equal(said.stderr, `${message}\n`);
  }
});

t.test('any other error exits with 1, its message, and its stack in the log', async (t) => {
  const { code, messages, stderr } = await ask(t, { text: 'bug' });
  t.equal(code, 1);
  t.same(messages, [{ type: 'failure', message: 'x is not a function' }]);
  t.match(stderr, /^TypeError: x is not a function\n +at .*sends-script-messages/);
});

t.test('arguments that are not JSON fail like any other error', async (t) => {
  const { code, messages } = await runFixture(t, '{');
  t.equal(code, 1);
  t.match(messages, [{ type: 'failure', message: /JSON/ }]);
});

t.test('by hand, without a message descriptor, the same script runs silently', async (t) => {
  const { code, messages, stderr } = await ask(t, { text: 'work', count: 3 }, { env: {} });
  t.same({ code, messages, stderr }, { code: 0, messages: [], stderr: '' });
});

t.test('the runner reads the messages of a script', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation({ child: 'sends-script-messages' })] });
  const run = (text: string) => engine.whenJob(engine.enqueue('chore', { text, count: 5 }).number);
  const job = await run('fence');
  t.match(job, { status: 'succeeded', result: { job: { id: job.id, attempt: 1 }, root: engine.root } });
  t.match(job.progress, { phase: 'check', done: 0, total: null });
  t.equal(engine.listing.rows(job.id, { outcome: 'invalid' }, 9).items.length, 1);
  t.match(await run('bad input'), {
    failure: { code: 'bad_input', message: 'Row 7 has no title.', detail: { total: 1 } },
  });
  const reader = openDatabase(engine.config.opsDatabasePath, { busyMs: 1, readonly: true });
  t.teardown(() => reader.close());
  t.equal(reader.pragma('integrity_check', { simple: true }), 'ok');
});
