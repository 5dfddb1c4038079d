import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type { Job } from '../../src/jobs/job.ts';
import { jobLogFile, readJobLog } from '../../src/job-log/log.ts';
import { startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { run, startWith } from '../support/runs.ts';

t.test('invalid messages fail a script that exits with 0, and break nothing', async (t) => {
  const engine = startWith(t, 'sends-rubbish', 'succeeds');
  const good = '{"type":"result","data":{"n":1}}\n';
  const send = (...parts: (string | Buffer)[]) =>
    run(engine, 'sends-rubbish', {
      text: Buffer.concat(parts.map((part) => Buffer.from(part))).toString('base64'),
    });
  const bad: [string, string, ...(string | Buffer)[]][] = [
    ['text', 'is not JSON: ', 'hello\n', good],
    [
      'a row that cannot be stored',
      'has {"not":"text"} as "ref" in a message of type row; expected: a text.',
      '{"type":"row","outcome":"added","ref":{"not":"text"}}\n',
      good,
    ],
    [
      'bytes that are no UTF-8',
      'is not in UTF-8',
      Buffer.from('{"type":"row","outcome":"\xff"}\n', 'latin1'),
      good,
    ],
    [
      'a message over 1 MiB',
      'is longer than the limit of 1',
      `{"type":"result","data":{"x":"${'x'.repeat(1024 * 1024)}"}}\n`,
      good,
    ],
    ['a line that never ends', 'is longer than the limit of 1', 'x'.repeat(1_200_000)],
  ];
  const sent = bad.map(async ([what, cause, ...parts]) => {
    const job = await send('{"type":"progress","done":1}\n', ...parts);
    const message = `Line 2 that the script sent on descriptor 3 ${cause}`;
    t.match(job, { status: 'failed', failure: { code: 'bad_output', message } }, what);
  });
  await Promise.all(sent);
  t.match(
    await send(good.trim()),
    { status: 'succeeded', result: { n: 1 } },
    'a last line without its end is read',
  );
  const large = 'x'.repeat(1024 * 1024 - 100);
  t.match(
    (await send(`{"type":"result","data":{"x":"${large}"}}\n`)).result,
    { x: large },
    'nearly 1 MiB is read',
  );
  t.match(await run(engine, 'succeeds'), { status: 'succeeded' });
});

t.test(
  'every byte of the output is in the log, but for escapes, backspaces and replaced frames',
  async (t) => {
    const engine = startWith(t, 'writes-bytes');
    const job = await run(engine, 'writes-bytes', { count: 2000 });
    const { text, size } = engine.logOf(job);
    const onStderr = Buffer.from('on stderr');
    const at = text.indexOf(onStderr);
    const stdout = Buffer.concat([text.subarray(0, at), text.subarray(at + onStderr.length)]);
    // 8 takes back 7, 13 makes 11 to 13 a replaced frame, 27 and 28 are an escape.
    const kept = Array.from({ length: 256 }, (_, n) => n).filter(
      (n) => ![7, 8, 11, 12, 13, 27, 28].includes(n),
    );
    t.equal(size, 2000 * kept.length + onStderr.length);
    t.equal(job.log_bytes, size);
    t.ok(stdout.equals(Buffer.concat(Array(2000).fill(Buffer.from(kept)))));
  },
);

t.test('a flood of output is capped to its beginning and its end', async (t) => {
  const engine = startEngine(t, {
    operations: [defineOperation({ child: 'floods-output' })],
    env: { CHL_JOB_LOG_MAX_MB: '1' },
  });
  const count = 30_000_000;
  const job = await run(engine, 'chore', { count });
  t.match(job, { status: 'succeeded', log_bytes: count });
  t.equal(fs.statSync(jobLogFile(engine.root, job.number)).size, 1024 * 1024);
  t.match(engine.logOf(job), { offset: 0, next: 512 * 1024, size: count });
});

t.test('a flood of progress is stored at a limited rate, and its last value always', async (t) => {
  const engine = startWith(t, 'floods-progress');
  const stored: number[] = [];
  engine.bus.on('job', ({ number }) => {
    const { status, progress } = engine.repository.find(String(number)) as Job;
    if (status === 'running' && progress) stored.push(progress.done);
  });
  const job = await run(engine, 'floods-progress', { count: 100_000 });
  t.match(job, { status: 'succeeded', progress: { done: 100_000, total: 100_000 } });
  t.ok(stored.length < 50, `stored ${stored.length} times`);
  t.equal(stored.at(-1), 100_000);
});

t.test('a full disk ends the job and not the server', async (t) => {
  const engine = startWith(t, 'succeeds', 'forks-a-daemon-and-sleeps');
  fs.mkdirSync(path.join(engine.root, 'logs'));
  for (const number of [1, 2]) fs.symlinkSync('/dev/full', jobLogFile(engine.root, number));
  const lost = {
    status: 'failed',
    failure: {
      code: 'lost',
      message: /^Its log stopped: the disk is full\. .*\. The server could not record the end of this job\.$/,
    },
  };
  t.match(await run(engine, 'succeeds'), lost);
  t.match(await run(engine, 'forks-a-daemon-and-sleeps'), lost, 'what it has started is ended, too');
  t.same(engine.processesLeft(), []);
  t.match(await run(engine, 'succeeds'), { status: 'succeeded' }, 'the next one finds its disk');
});

t.test('a secret is masked in log, progress, rows, failure and audit', async (t) => {
  const secret = 'tok"en-of-the-report';
  const operations = [defineOperation({ child: 'leaks-its-secret' })];
  const engine = startEngine(t, { operations, secrets: [secret] });
  const notes: (string | null | undefined)[] = [];
  engine.bus.on('job', ({ number }) => notes.push(engine.jobs.find(String(number)).progress?.note));
  const { number } = engine.enqueue('chore', { text: secret });
  const job = await engine.whenJob(number);
  t.match(job, {
    status: 'failed',
    failure: {
      message: 'failed with [masked]',
      detail: { deep: ['detail [masked]'] },
      stderr_tail: 'err [masked].\n',
    },
  });
  t.ok(notes.includes('note [masked]'));
  t.match(engine.listing.rows(job.id, {}, 9).items, [{ ref: 'ref [masked]', message: 'row [masked]' }]);
  const lines = engine.logOf(job).text.toString().split('\n').sort();
  t.strictSame(lines, ['', 'err [masked].', 'out [masked].']);
  t.notMatch(JSON.stringify(engine.auditRows(`job:${number}`).at(-1)), 'en-of-the-report');
});

t.test('a line longer than the buffer keeps every byte of its beginning and its end', async (t) => {
  const operations = [defineOperation({ child: 'writes-one-line' })];
  const engine = startEngine(t, { operations, env: { CHL_JOB_LOG_MAX_MB: '2' } });
  const count = 12 * 1024 * 1024;
  const job = await run(engine, 'chore', { count });
  t.match(job, { status: 'succeeded', log_bytes: count + 1 });
  const half = 1024 * 1024;
  const line = Buffer.alloc(half, 'abcdefgh');
  t.ok(engine.logOf(job).text.equals(line));
  const tail = readJobLog(jobLogFile(engine.root, job.number), count + 1 - half, half);
  t.ok(tail.text.equals(Buffer.concat([line.subarray(1), Buffer.from('\n')])));
});
