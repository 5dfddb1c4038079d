import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import type { Job } from '../../src/jobs/job.ts';
import { jobLogFile, readJobLog } from '../../src/jobs/log.ts';
import { findJobProcesses, identify, isAlive } from '../../src/runner/processes.ts';
import { type Engine, operator, startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';

/** An operation for each child named, of the same name, and no other. */
function startWith(t: Test, ...children: string[]): Engine {
  return startEngine(t, { operations: children.map((child) => defineOperation({ name: child, child })) });
}

const run = (engine: Engine, operation: string, args = {}) =>
  engine.whenJob(engine.enqueue(operation, args).number);

t.test('a job runs its script with its arguments and keeps result, rows, progress and output', async (t) => {
  const engine = startWith(t, 'succeeds');
  const job = await run(engine, 'succeeds', { text: 'né', count: 7 });
  t.match(job, {
    status: 'succeeded',
    attempt: 1,
    failure: null,
    pid: null,
    result: { args: { text: 'né', count: 7 } },
  });
  t.ok(job.started_at && job.finished_at);
  t.match(job.progress, { done: 2, total: 2, phase: 'work', note: null });
  t.same(engine.listing.rows(job.id, undefined, 10).items, [
    { seq: 1, ref: 'Sheet!2', outcome: 'added', message: null },
    { seq: 2, ref: null, outcome: 'invalid', message: 'no title' },
  ]);
  const { text, size } = engine.logOf(job);
  t.same(text.toString().split('\n').sort(), ['', 'to stderr', 'to stdout']);
  t.equal(job.log_bytes, size);
  t.same(
    engine.auditRows('job:1').map(({ event }) => event),
    ['job.accepted', 'job.finished'],
  );
  t.same(engine.repository.line(), [], 'it holds nothing any more');
  t.same(engine.processesLeft(), []);
});

t.test('the child is committed with pid, start time and boot before its script says anything', async (t) => {
  const engine = startWith(t, 'sleeps');
  const { number } = engine.enqueue('sleeps');
  const job = await engine.whenPhase(number, 'asleep');
  t.match(job, { status: 'running', pid: Number, pid_started: /^\d+$/, boot_id: /^[0-9a-f-]{36}$/ });
  t.same(engine.processesLeft(), [job.pid]);
});

t.test('a script is given an allow-listed environment and the data root as its folder', async (t) => {
  const engine = startWith(t, 'shows-its-surroundings');
  const { result, id } = await run(engine, 'shows-its-surroundings');
  const { env, cwd } = result as { env: Record<string, string>; cwd: string };
  t.equal(cwd, engine.root);
  t.match(env, { CHL_JOB: `${id}.1`, CHL_MESSAGE_FD: '3', CHL_EXPERIENCE_ROOT: engine.root });
  // PWD and the like are set by the shell of the gate.
  const allowed = /^(CHL_\w+|PATH|HOME|LANG|TZ|PWD|OLDPWD|SHLVL|_)$/;
  t.same(
    Object.keys(env).filter((name) => !allowed.test(name)),
    [],
  );
});

t.test('a script that fails says why in its own words; its stderr is kept', async (t) => {
  const engine = startWith(t, 'fails');
  const job = await run(engine, 'fails');
  t.match(job, {
    status: 'failed',
    result: null,
    failure: {
      code: 'exited',
      message: 'The sheet is on fire.',
      detail: { where: 'row 7' },
      stderr_tail: 'the sheet is on fire\n',
    },
  });
  const audited = engine.auditRows(`job:${job.number}`).at(-1);
  t.match(audited, { event: 'job.finished', outcome: 'failed', actor: 'system' });
  t.match(audited?.detail, 'The sheet is on fire.');
});

t.test('exit codes and signals have their failure codes', async (t) => {
  const engine = startWith(t, 'exits-65', 'exits-75', 'dies-by-signal', 'closes-its-input');
  t.match(await run(engine, 'exits-65'), { status: 'failed', failure: { code: 'bad_input' } });
  t.match(await run(engine, 'exits-75'), { status: 'failed', failure: { code: 'exited' }, attempt: 1 });
  t.match(await run(engine, 'dies-by-signal'), {
    status: 'failed',
    failure: { code: 'signalled', message: /SIGKILL/ },
  });
  t.match(await run(engine, 'closes-its-input', { text: 'x'.repeat(1_000_000) }), { status: 'succeeded' });
});

t.test('a script that is missing could not be started', async (t) => {
  const engine = startWith(t, 'no-such-child');
  const job = await run(engine, 'no-such-child');
  t.match(job, {
    status: 'failed',
    failure: { code: 'spawn_failed', message: /could not be started: ENOENT.*no-such-child/ },
  });
  t.same(engine.repository.line(), []);
});

t.test('a data root that is gone makes the job fail, and no other process is touched', async (t) => {
  const engine = startWith(t, 'succeeds');
  fs.rmSync(engine.root, { recursive: true });
  fs.writeFileSync(engine.root, 'a file where the folder was');
  t.match(await run(engine, 'succeeds'), { status: 'failed', failure: { code: 'spawn_failed' } });
});

t.test('rubbish on the message descriptor fails a script that ends well, and breaks nothing', async (t) => {
  const engine = startWith(t, 'sends-rubbish', 'succeeds');
  const good = '{"type":"result","data":{"n":1}}\n';
  const send = (...parts: (string | Buffer)[]) =>
    run(engine, 'sends-rubbish', {
      text: Buffer.concat(parts.map((part) => Buffer.from(part))).toString('base64'),
    });
  const bad: [string, ...(string | Buffer)[]][] = [
    ['text', 'hello\n', good],
    ['a row that cannot be stored', '{"type":"row","outcome":"added","ref":{"not":"text"}}\n', good],
    ['bytes that are no UTF-8', Buffer.from('{"type":"row","outcome":"\xff"}\n', 'latin1'), good],
    ['a message over 1 MiB', `{"type":"result","data":{"x":"${'x'.repeat(1024 * 1024)}"}}\n`, good],
    ['a line that never ends', 'x'.repeat(1_200_000)],
  ];
  const sent = bad.map(async ([what, ...parts]) => {
    const job = await send(...parts);
    t.match(job, { status: 'failed', failure: { code: 'bad_output', message: /^1 line on/ } }, what);
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

t.test('every byte of the output is in the log', async (t) => {
  const engine = startWith(t, 'writes-bytes');
  const job = await run(engine, 'writes-bytes', { count: 2000 });
  const { text, size } = engine.logOf(job);
  const onStderr = Buffer.from('on stderr');
  const at = text.indexOf(onStderr);
  const stdout = Buffer.concat([text.subarray(0, at), text.subarray(at + onStderr.length)]);
  t.equal(size, 2000 * 256 + onStderr.length);
  t.equal(job.log_bytes, size);
  t.ok(stdout.equals(Buffer.concat(Array(2000).fill(Buffer.from(Array.from({ length: 256 }, (_, n) => n))))));
});

t.test('a flood of output is capped to its head and its tail', async (t) => {
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

t.test('a script that never stops writing is cancelled like any other', async (t) => {
  const engine = startWith(t, 'floods-output');
  const { number } = engine.enqueue('floods-output');
  await engine.whenPhase(number, 'flood');
  engine.jobs.cancel(String(number), operator);
  t.match(await engine.whenJob(number), { status: 'cancelled', failure: null });
  t.same(engine.processesLeft(), []);
});

t.test('a flood of progress is stored now and then, and its last value always', async (t) => {
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

t.test('cancelling ends a child of any kind: the job is cancelled and nothing is left', async (t) => {
  const kinds = {
    sleeps: 'asleep',
    'ignores-sigterm': 'deaf',
    'exits-0-on-sigterm': 'polite',
    'exits-75-on-sigterm': 'polite',
    'stops-itself': 'about to stop',
    'forks-a-daemon-and-sleeps': 'forked',
    'runs-a-pipeline': 'piping',
  };
  const engine = startEngine(t, {
    operations: Object.keys(kinds).map((child) =>
      defineOperation({ name: child, child, retries: { maxAttempts: 3, delayMs: 1, backoff: 1 } }),
    ),
  });
  const cancelled = Object.entries(kinds).map(async ([name, phase]) => {
    const { number, id } = engine.enqueue(name);
    await engine.whenPhase(number, phase);
    t.match(engine.jobs.cancel(String(number), operator), { status: 'running', cancel_requested_at: String });
    const job = await engine.whenJob(number);
    t.match(job, { status: 'cancelled', failure: null, attempt: 1, pid: null }, name);
    t.same(findJobProcesses({ group: -1, marker: `${id}.1`, root: engine.root }), [], name);
  });
  await Promise.all(cancelled);
});

t.test('SIGTERM comes before SIGKILL: a script that ignores it can say so', async (t) => {
  const engine = startWith(t, 'ignores-sigterm');
  const { number } = engine.enqueue('ignores-sigterm');
  await engine.whenPhase(number, 'deaf');
  engine.jobs.cancel(String(number), operator);
  t.equal(engine.logOf(await engine.whenJob(number)).text.toString(), 'SIGTERM is ignored\n');
});

t.test('what a script leaves behind is ended with it, before the job ends', async (t) => {
  const env = { CHL_KILL_GRACE_SEC: '0' };
  const engine = startEngine(t, { operations: [defineOperation({ child: 'forks-a-daemon' })], env });
  const { number } = engine.enqueue('chore');
  const seen: number[][] = [];
  engine.bus.on('job', ({ status }) => status === 'succeeded' && seen.push(engine.processesLeft()));
  t.match(await engine.whenJob(number), { status: 'succeeded' });
  t.same(seen, [[]]);
});

t.test('a cancel that comes after the script has ended comes too late', async (t) => {
  const engine = startWith(t, 'forks-a-daemon');
  const { number, id } = engine.enqueue('forks-a-daemon');
  await engine.whenJob(number, 'running');
  const { pid } = engine.jobs.find(id);
  // The daemon keeps the job from ending for the grace of a second; in this time the script itself is gone.
  while (identify(pid as number).started !== null) await new Promise(setImmediate);
  engine.jobs.cancel(id, operator);
  t.match(await engine.whenJob(number), { status: 'succeeded', cancel_requested_at: String });
  t.same(engine.processesLeft(), []);
});

t.test('a script that reaches its time limit is stopped', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation({ child: 'sleeps', hardLimitMs: 300 })] });
  t.match(await run(engine, 'chore'), {
    status: 'failed',
    failure: { code: 'timed_out', message: 'Stopped at its time limit of 0.3 s.' },
  });
  t.same(engine.processesLeft(), []);
});

t.test('without a limit of its own an operation has that of the configuration', async (t) => {
  const engine = startEngine(t, {
    operations: [defineOperation({ child: 'sleeps' })],
    env: { CHL_OPERATIONS_TIMEOUT_SEC: '1' },
  });
  t.match(await run(engine, 'chore'), { failure: { code: 'timed_out', message: /limit of 1 s/ } });
});

t.test('work that was committed counts, though the process was killed for a cancel', async (t) => {
  const engine = startWith(t, 'applies-and-sleeps');
  const { number } = engine.enqueue('applies-and-sleeps');
  await engine.whenPhase(number, 'applied');
  engine.jobs.cancel(String(number), operator);
  t.match(await engine.whenJob(number), {
    status: 'succeeded',
    result: { added: 3 },
    cancel_requested_at: String,
  });
});

t.test('when it cannot be read what a job has done, the job is lost and says so', async (t) => {
  const engine = startWith(t, 'succeeds');
  const { id, number } = engine.enqueue('succeeds');
  engine.library.prepare(`INSERT INTO ops_applied VALUES (?, 1, 1, 'no JSON', '')`).run(id);
  t.match(await engine.whenJob(number), {
    status: 'failed',
    failure: { code: 'lost', message: /^The server could not follow this job to its end: .*JSON/ },
  });
});

t.test('a full disk ends the job and not the server', async (t) => {
  const engine = startWith(t, 'succeeds', 'forks-a-daemon-and-sleeps');
  fs.mkdirSync(path.join(engine.root, 'logs'));
  for (const number of [1, 2]) fs.symlinkSync('/dev/full', jobLogFile(engine.root, number));
  const lost = {
    status: 'failed',
    failure: { code: 'lost', message: /log stopped, the disk is full \(ENOSPC\)/ },
  };
  t.match(await run(engine, 'succeeds'), lost);
  t.match(await run(engine, 'forks-a-daemon-and-sleeps'), lost, 'what it has started is ended, too');
  t.same(engine.processesLeft(), []);
  t.match(await run(engine, 'succeeds'), { status: 'succeeded' }, 'the next one finds its disk');
});

t.test('a secret shows nowhere: not in the log, progress, rows, failure or audit', async (t) => {
  const secret = 'tok"en-of-the-report';
  const operations = [defineOperation({ child: 'tells-its-secret' })];
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
  t.match(engine.listing.rows(job.id, undefined, 9).items, [
    { ref: 'ref [masked]', message: 'row [masked]' },
  ]);
  const lines = engine.logOf(job).text.toString().split('\n').sort();
  t.strictSame(lines, ['', 'err [masked].', 'out [masked].']);
  t.notMatch(JSON.stringify(engine.auditRows(`job:${number}`).at(-1)), 'en-of-the-report');
});

t.test('a line far longer than what is held is kept byte by byte at its head and its tail', async (t) => {
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

t.test('a process that left the group and cleared its environment is ended too', async (t) => {
  const engine = startWith(t, 'leaves-without-trace');
  const { number } = engine.enqueue('leaves-without-trace');
  await engine.whenPhase(number, 'left');
  engine.jobs.cancel(String(number), operator);
  const job = await engine.whenJob(number);
  t.match(job, { status: 'cancelled', failure: null });
  const daemon = identify(Number(engine.logOf(job).text.toString()));
  t.equal(isAlive(daemon), false);
});

t.test('a stopped child is found, its use of memory and time is kept, and it can be cancelled', async (t) => {
  const engine = startWith(t, 'stops-itself');
  const { number } = engine.enqueue('stops-itself');
  const stopped = await engine.when(number, 'found stopped', ({ warning }) => warning !== null);
  t.match(stopped, { status: 'running', warning: /SIGSTOP/ });
  process.kill(stopped.pid as number, 'SIGCONT');
  await engine.when(number, 'found going on', ({ warning }) => warning === null);
  engine.jobs.cancel(String(number), operator);
  const job = await engine.whenJob(number);
  t.match(job, { status: 'cancelled', cpu_sec: Number });
  t.ok((job.peak_rss_bytes ?? 0) > 1024 * 1024, `${job.peak_rss_bytes}`);
});

t.test('beyond its soft limit a job is said to take long, and goes on', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation({ child: 'sleeps', softLimitMs: 50 })] });
  const { number } = engine.enqueue('chore');
  const late = await engine.when(number, 'late', ({ warning }) => warning !== null);
  t.match(late, {
    status: 'running',
    warning: /^It takes longer than 0\.1 s, its soft limit\. At 15 min 00 s/,
  });
});

t.test('a job that is asked to stop says when it is ended by force', async (t) => {
  const at = Date.parse('2026-08-01T10:00:00Z');
  const engine = startEngine(t, {
    now: () => new Date(at),
    operations: [defineOperation({ child: 'ignores-sigterm' })],
  });
  const { number } = engine.enqueue('chore');
  await engine.whenPhase(number, 'deaf');
  engine.jobs.cancel(String(number), operator);
  const ending = { status: 'running', kill_at: '2026-08-01T10:00:01.000Z' };
  t.match(await engine.when(number, 'being ended', ({ kill_at }) => kill_at !== null), ending);
  t.match(await engine.whenJob(number), { status: 'cancelled' });
});
