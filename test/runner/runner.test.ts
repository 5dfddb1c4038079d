import fs from 'node:fs';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/db/open.ts';
import type { Claim, Job } from '../../src/jobs/job.ts';
import { type Engine, operator, startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';

const library: Claim = { name: 'library', mode: 'exclusive' };

/** An operation for each child named, of the same name, and no other. */
function startWith(t: Test, ...children: string[]): Engine {
  return startEngine(t, { operations: children.map((child) => defineOperation({ name: child, child })) });
}

const run = (engine: Engine, operation: string, args = {}) =>
  engine.whenJob(engine.enqueue(operation, args).number);
const eventsOf = (engine: Engine, job: Job) =>
  engine.auditRows(`job:${job.number}`).map(({ event }) => event);

/** A log whose messages can be waited for. */
function listeningLog() {
  const waiting: { words: string; heard: () => void }[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      for (const { words, heard } of waiting) if (String(chunk).includes(words)) heard();
      done();
    },
  });
  return {
    log: pino({ level: 'info' }, stream),
    whenLogged: (words: string) => new Promise<void>((heard) => waiting.push({ words, heard })),
  };
}

t.test('a cancel in the moment of the start reaches the child', async (t) => {
  const engine = startWith(t, 'sleeps');
  engine.bus.on('job', ({ number, status }) => {
    if (status === 'running') engine.jobs.cancel(String(number), operator);
  });
  t.match(await run(engine, 'sleeps'), { status: 'cancelled' });
  t.same(engine.processesLeft(), []);
});

t.test('a temporary failure is tried again as often as the policy says', async (t) => {
  const retries = { maxAttempts: 2, delayMs: 5, backoff: 2 };
  const engine = startEngine(t, {
    operations: [
      defineOperation({ name: 'once', child: 'exits-75-once', locks: () => [library], retries }),
      defineOperation({ name: 'always', child: 'exits-75', retries }),
      defineOperation({ name: 'input', child: 'exits-65', retries }),
    ],
  });
  const once = await run(engine, 'once');
  t.match(once, { status: 'succeeded', attempt: 2, max_attempts: 2, failure: null, next_attempt_at: null });
  t.same(
    engine.history.map((line) => line.slice(3)),
    ['queued', 'running', 'retrying', 'queued', 'running', 'succeeded'],
  );
  t.equal(engine.logOf(once).text.toString(), 'attempt 1\nattempt 2\n', 'the log goes on');
  t.same(
    engine.listing.rows(once.id, undefined, 9).items.map(({ message }) => message),
    ['attempt 2'],
  );
  t.same(eventsOf(engine, once), ['job.accepted', 'job.retrying', 'job.finished']);
  t.match(await run(engine, 'always'), {
    status: 'failed',
    attempt: 2,
    failure: { code: 'exited', message: /75/ },
  });
  t.match(await run(engine, 'input'), { status: 'failed', attempt: 1 }, 'bad input is never tried again');
});

t.test('a job between two attempts holds nothing, says when it goes on, and can be cancelled', async (t) => {
  const at = Date.parse('2026-08-01T10:00:00Z');
  const engine = startEngine(t, {
    now: () => new Date(at),
    operations: [
      defineOperation({
        child: 'exits-75',
        locks: () => [library],
        retries: { maxAttempts: 5, delayMs: 60_000, backoff: 2 },
      }),
      defineOperation({ name: 'other', locks: () => [library] }),
    ],
  });
  const { number } = engine.enqueue('chore');
  const job = await engine.whenJob(number, 'retrying');
  const waitMs = Date.parse(job.next_attempt_at ?? '') - at;
  t.ok(waitMs >= 60_000 && waitMs <= 66_000, `a minute and at most a tenth: ${waitMs} ms`);
  t.match(job, { failure: { code: 'exited' }, pid: null, attempt: 1 });
  t.match(await run(engine, 'other'), { status: 'succeeded' }, 'the lock is free');
  t.match(engine.jobs.cancel(String(number), operator), { status: 'cancelled', next_attempt_at: null });
});

t.test('a job that was asked to be cancelled is not tried again', async (t) => {
  const retries = { maxAttempts: 3, delayMs: 0, backoff: 1 };
  const engine = startEngine(t, { operations: [defineOperation({ child: 'exits-75-once', retries })] });
  const { id, number } = engine.enqueue('chore');
  // As it is when the child has ended just before: the runner is not asked to end it.
  engine.bus.on('log', () => engine.repository.requestCancel(id, () => {}));
  t.match(await engine.whenJob(number), { status: 'cancelled', attempt: 1, failure: null });
});

t.test('the wait doubles with each attempt and is never longer than an hour', async (t) => {
  let at = Date.parse('2026-08-01T10:00:00Z');
  const engine = startEngine(t, {
    now: () => new Date(at),
    operations: [
      defineOperation({ child: 'exits-75', retries: { maxAttempts: 9, delayMs: 1_000_000, backoff: 2 } }),
    ],
  });
  const { number } = engine.enqueue('chore');
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 3; attempt++) {
    const job = await engine.when(
      number,
      `in attempt ${attempt}`,
      (j) => j.status === 'retrying' && j.attempt === attempt,
    );
    waits.push((Date.parse(job.next_attempt_at ?? '') - at) / 1e6);
    // The time passes while the runner is stopped; a start takes up what is due.
    await engine.runner.stop(0);
    at += 3_700_000;
    engine.runner.start();
  }
  t.same(
    waits.map((wait) => Math.floor(wait)),
    [1, 2, 3],
  );
  t.equal(waits[2], 3.6, 'the cap');
});

t.test(
  'the lock line is kept by running jobs: exclusive ones one at a time, in order of arrival',
  async (t) => {
    const engine = startEngine(t, { operations: [defineOperation({ locks: () => [library] })] });
    const most = { held: 0 };
    engine.bus.on('job', () => {
      const held = engine.repository.line().filter(({ isHeld }) => isHeld).length;
      most.held = Math.max(most.held, held);
    });
    const jobs = [1, 2, 3, 4].map(() => engine.enqueue('chore', {}, { whenLocked: 'wait' }));
    await Promise.all(jobs.map(({ number }) => engine.whenJob(number)));
    const moves = engine.history.filter(
      (line, at, all) => !line.includes('queued') && all.indexOf(line) === at,
    );
    t.same(
      moves,
      [1, 2, 3, 4].flatMap((n) => [`#${n} running`, `#${n} succeeded`]),
    );
    t.equal(most.held, 1);
  },
);

t.test('jobs that share a lock, or claim none, run at the same time, up to the limit', async (t) => {
  const engine = startEngine(t, {
    operations: [
      defineOperation({
        name: 'sharing',
        child: 'sleeps',
        locks: () => [{ name: 'library', mode: 'shared' }],
      }),
      defineOperation({ name: 'free', child: 'sleeps' }),
    ],
    env: { CHL_MAX_RUNNING_JOBS: '3' },
  });
  const jobs = ['sharing', 'free', 'sharing', 'free'].map((name) => engine.enqueue(name));
  await Promise.all(jobs.slice(0, 3).map(({ number }) => engine.whenPhase(number, 'asleep')));
  t.equal(engine.runner.runningCount(), 3);
  t.equal(engine.jobs.find('4').status, 'queued', 'the fourth has its turn when there is room');
  engine.jobs.cancel('2', operator);
  t.match(await engine.whenPhase(4, 'asleep'), { status: 'running' });
});

t.test('in noop mode the same records, locks and events are made, and no process', async (t) => {
  const engine = startEngine(t, {
    operations: [defineOperation({ child: 'no-such-child', locks: () => [library] })],
    env: { CHL_OPERATIONS_MODE: 'noop' },
  });
  const before = {
    library: engine.library.pragma('data_version'),
    files: fs.readdirSync(engine.root).sort(),
  };
  const job = await run(engine, 'chore');
  t.match(job, {
    status: 'succeeded',
    mode: 'noop',
    attempt: 1,
    result: { mode: 'noop' },
    pid: null,
    log_bytes: 0,
  });
  t.same(engine.history, ['#1 queued', '#1 running', '#1 succeeded']);
  t.same(eventsOf(engine, job), ['job.accepted', 'job.finished']);
  t.same(
    { library: engine.library.pragma('data_version'), files: fs.readdirSync(engine.root).sort() },
    before,
  );
  const jobs = [1, 2, 3].map(() => engine.enqueue('chore', {}, { whenLocked: 'wait' }));
  for (const { number } of jobs) t.match(await engine.whenJob(number), { status: 'succeeded' });
});

t.test('stopping ends what runs, leaves what waits, and a later start goes on with it', async (t) => {
  const engine = startEngine(t, {
    operations: [
      defineOperation({ name: 'deaf', child: 'ignores-sigterm', locks: () => [library] }),
      defineOperation({ name: 'next', locks: () => [library] }),
    ],
    env: { CHL_KILL_GRACE_SEC: '0' },
  });
  const [deaf, next] = [engine.enqueue('deaf'), engine.enqueue('next', {}, { whenLocked: 'wait' })];
  await engine.whenPhase(deaf.number, 'deaf');
  await engine.runner.stop(0);
  t.match(engine.jobs.find(deaf.id), { status: 'failed', failure: { code: 'shutdown' } });
  t.equal(engine.jobs.find(next.id).status, 'queued');
  t.same(engine.processesLeft(), []);
  t.equal(engine.runner.runningCount(), 0);
  await engine.runner.stop(0);
  engine.runner.start();
  t.match(await engine.whenJob(next.number), { status: 'succeeded' });
});

t.test('a job that ends by itself within the quiet time is not ended', async (t) => {
  const engine = startWith(t, 'succeeds');
  const { number } = engine.enqueue('succeeds');
  await engine.whenJob(number, 'running');
  await engine.runner.stop(20_000);
  t.match(engine.jobs.find(String(number)), { status: 'succeeded' });
});

t.test('a temporary failure while the server stops waits for the next start', async (t) => {
  const engine = startEngine(t, {
    operations: [
      defineOperation({ child: 'exits-75-once', retries: { maxAttempts: 2, delayMs: 0, backoff: 1 } }),
    ],
  });
  const { number } = engine.enqueue('chore');
  await engine.whenJob(number, 'running');
  await engine.runner.stop(20_000);
  t.match(engine.jobs.find(String(number)), { status: 'retrying', attempt: 1 });
  engine.runner.start();
  t.match(await engine.whenJob(number), { status: 'succeeded', attempt: 2 });
});

t.test('an end that cannot be written is written as soon as that is possible', async (t) => {
  const { log, whenLogged } = listeningLog();
  const engine = startEngine(t, {
    log,
    operations: [defineOperation({ child: 'exits-0-on-sigterm', locks: () => [library] })],
  });
  const { number } = engine.enqueue('chore');
  const { pid } = await engine.whenPhase(number, 'polite');
  const writer = openDatabase(engine.config.opsDatabasePath, { busyMs: 0 });
  t.teardown(() => writer.close());
  writer.exec('BEGIN IMMEDIATE');
  const isRefused = whenLogged('the end of a job is not written yet');
  process.kill(pid as number, 'SIGTERM');
  await isRefused;
  t.match(engine.jobs.find(String(number)), { status: 'running' });
  t.match(engine.repository.line(), [{ isHeld: true }], 'it keeps its lock until then');
  writer.exec('ROLLBACK');
  t.match(await engine.whenJob(number), { status: 'succeeded' });
});

t.test('a job waits for a busy ops.db with its identity and its rows, and loses none', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation()] });
  const writer = openDatabase(engine.config.opsDatabasePath, { busyMs: 1000 });
  t.teardown(() => writer.close());
  // In the moment between the claim and the spawn.
  engine.bus.once('job', () =>
    engine.bus.once('job', ({ status }) => {
      t.equal(status, 'running');
      writer.exec('BEGIN IMMEDIATE');
      setImmediate(() => writer.exec('ROLLBACK'));
    }),
  );
  const job = await run(engine, 'chore');
  t.match(job, { status: 'succeeded', failure: null });
  t.equal(engine.listing.rows(job.id, undefined, 9).items.length, 2);
});

t.test('a last progress that could not be stored when it came is stored with the end', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation({ child: 'exits-0-on-sigterm' })] });
  const { number } = engine.enqueue('chore');
  const { pid } = await engine.whenPhase(number, 'polite');
  engine.ops.prepare('UPDATE job SET progress = NULL').run();
  process.kill(pid as number, 'SIGTERM');
  t.match(await engine.whenJob(number), { status: 'succeeded', progress: { phase: 'polite', done: 1 } });
});

t.test('on a full disk the end of a job is written after room is made', async (t) => {
  let rooms = 0;
  const makeRoom = () => {
    rooms += 1;
    engine.ops.pragma('max_page_count = 1000000');
  };
  const engine = startEngine(t, { makeRoom, operations: [defineOperation({ child: 'exits-0-on-sigterm' })] });
  const { number } = engine.enqueue('chore');
  const { pid } = await engine.whenPhase(number, 'polite');
  fillUp(engine);
  process.kill(pid as number, 'SIGTERM');
  t.match(await engine.whenJob(number), { status: 'succeeded' });
  t.equal(rooms, 1);
  t.equal(engine.ops.pragma('integrity_check', { simple: true }), 'ok');
});

/** Not one row more fits into ops.db: what SQLite says then is what it says on a full disk. */
function fillUp({ ops, audit }: Engine) {
  ops.pragma(`max_page_count = ${ops.pragma('page_count', { simple: true })}`);
  for (const size of [4000, 400, 40, 0]) {
    try {
      for (;;) audit.record({ event: 'fill', outcome: 'ok', by: operator, detail: { x: 'x'.repeat(size) } });
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_FULL') throw error;
    }
  }
}

t.test('a start that cannot be written is tried again', async (t) => {
  const { log, whenLogged } = listeningLog();
  const engine = startEngine(t, { log, operations: [defineOperation()] });
  const { number } = engine.enqueue('chore');
  const writer = openDatabase(engine.config.opsDatabasePath, { busyMs: 0 });
  t.teardown(() => writer.close());
  const isRefused = whenLogged('jobs could not be started');
  writer.exec('BEGIN IMMEDIATE');
  await isRefused;
  writer.exec('ROLLBACK');
  t.match(await engine.whenJob(number), { status: 'succeeded', attempt: 1 });
});
