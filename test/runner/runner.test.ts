import fs from 'node:fs';
import t from 'tap';
import type { Claim } from '../../src/jobs/job.ts';
import { operator, startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { eventsOf, run, startWith } from '../support/runs.ts';

const library: Claim = { name: 'library', mode: 'exclusive' };

t.test('a cancel at the moment of the start reaches the child', async (t) => {
  const engine = startWith(t, 'sleeps');
  engine.bus.on('job', ({ number, status }) => {
    if (status === 'running') engine.verbs.cancel(String(number), operator);
  });
  t.match(await run(engine, 'sleeps'), { status: 'cancelled' });
  t.same(engine.processesLeft(), []);
});

t.test('exclusive jobs run one at a time, in order of arrival', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation({ locks: () => [library] })] });
  const most = { held: 0 };
  engine.bus.on('job', () => {
    const held = engine.repository.positions().filter(({ isHeld }) => isHeld).length;
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
});

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
  engine.verbs.cancel('2', operator);
  t.match(await engine.whenPhase(4, 'asleep'), { status: 'running' });
});

t.test('noop mode makes the same records, locks and events, but no process', async (t) => {
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

t.test('stop ends running jobs and keeps waiting ones for the next start', async (t) => {
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

t.test('a job that ends within the quiet time is not ended by force', async (t) => {
  const engine = startWith(t, 'succeeds');
  const { number } = engine.enqueue('succeeds');
  await engine.whenJob(number, 'running');
  await engine.runner.stop(20_000);
  t.match(engine.jobs.find(String(number)), { status: 'succeeded' });
});
