import t from 'tap';
import { findJobProcesses, identify, isAlive, readProcessTable } from '../../src/runner/processes.ts';
import { operator, startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { run, startWith } from '../support/runs.ts';

t.test('a script that never stops writing is cancelled like any other', async (t) => {
  const engine = startWith(t, 'floods-output');
  const { number } = engine.enqueue('floods-output');
  await engine.whenPhase(number, 'flood');
  engine.verbs.cancel(String(number), operator);
  t.match(await engine.whenJob(number), { status: 'cancelled', failure: null });
  t.same(engine.processesLeft(), []);
});

t.test('a cancel ends any kind of child and leaves no process', async (t) => {
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
    t.match(engine.verbs.cancel(String(number), operator), {
      status: 'running',
      cancel_requested_at: String,
    });
    const job = await engine.whenJob(number);
    t.match(job, { status: 'cancelled', failure: null, attempt: 1, pid: Number }, name);
    t.same(
      findJobProcesses({ group: -1, marker: `${id}.1`, root: engine.root }, readProcessTable()),
      [],
      name,
    );
  });
  await Promise.all(cancelled);
});

t.test('SIGTERM comes before SIGKILL: a script that ignores it can say so', async (t) => {
  const engine = startWith(t, 'ignores-sigterm');
  const { number } = engine.enqueue('ignores-sigterm');
  await engine.whenPhase(number, 'deaf');
  engine.verbs.cancel(String(number), operator);
  t.equal(engine.logOf(await engine.whenJob(number)).text.toString(), 'SIGTERM is ignored\n');
});

t.test('processes that a script leaves behind are ended before the job ends', async (t) => {
  const env = { CHL_KILL_GRACE_SEC: '0' };
  const engine = startEngine(t, { operations: [defineOperation({ child: 'forks-a-daemon' })], env });
  const { number } = engine.enqueue('chore');
  const seen: number[][] = [];
  engine.bus.on('job', ({ status }) => status === 'succeeded' && seen.push(engine.processesLeft()));
  t.match(await engine.whenJob(number), { status: 'succeeded' });
  t.same(seen, [[]]);
});

t.test('a cancel after the end of the script is too late', async (t) => {
  const engine = startWith(t, 'forks-a-daemon');
  const { number, id } = engine.enqueue('forks-a-daemon');
  await engine.whenJob(number, 'running');
  let pid: number | null = null;
  for (; pid === null; pid = engine.jobs.find(id).pid) await new Promise(setImmediate);
  // The daemon delays the end of the job for the grace period of a second, after the script itself has exited.
  while (identify(pid as number).started !== null) await new Promise(setImmediate);
  engine.verbs.cancel(id, operator);
  t.match(await engine.whenJob(number), { status: 'succeeded', cancel_requested_at: String });
  t.same(engine.processesLeft(), []);
});

t.test('a script that reaches its time limit is stopped', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation({ child: 'sleeps', hardLimitMs: 300 })] });
  t.match(await run(engine, 'chore'), {
    status: 'failed',
    failure: {
      code: 'timed_out',
      message: 'Stopped at its time limit of 0.3 s (timeout_sec of chore in operations.yaml).',
    },
  });
  t.same(engine.processesLeft(), []);
});

t.test('an operation without a limit has that of the configuration', async (t) => {
  const engine = startEngine(t, {
    operations: [defineOperation({ child: 'sleeps' })],
    env: { CHL_OPERATIONS_TIMEOUT_SEC: '1' },
  });
  t.match(await run(engine, 'chore'), {
    failure: { code: 'timed_out', message: /limit of 1 s \(CHL_OPERATIONS_TIMEOUT_SEC\)/ },
  });
});

t.test('a process that left the group and cleared its environment is ended, too', async (t) => {
  const engine = startEngine(t, {
    operations: [defineOperation({ name: 'leaves-without-trace', child: 'leaves-without-trace' })],
    env: { CHL_PROCESS_TRACKING: 'group' },
  });
  const { number } = engine.enqueue('leaves-without-trace');
  await engine.whenPhase(number, 'left');
  engine.verbs.cancel(String(number), operator);
  const job = await engine.whenJob(number);
  t.match(job, { status: 'cancelled', failure: null });
  const daemon = identify(Number(engine.logOf(job).text.toString()));
  t.equal(isAlive(daemon), false);
});

t.test('a stopped child is reported, measured and can be cancelled', async (t) => {
  const engine = startWith(t, 'stops-itself');
  const { number } = engine.enqueue('stops-itself');
  const stopped = await engine.when(number, 'found stopped', ({ warning }) => warning !== null);
  t.match(stopped, { status: 'running', warning: /SIGSTOP/ });
  process.kill(stopped.pid as number, 'SIGCONT');
  await engine.when(number, 'found going on', ({ warning }) => warning === null);
  engine.verbs.cancel(String(number), operator);
  const job = await engine.whenJob(number);
  t.match(job, { status: 'cancelled', cpu_sec: Number });
  t.ok((job.peak_rss_bytes ?? 0) > 1024 * 1024, `${job.peak_rss_bytes}`);
});

t.test('a job that exceeds its soft limit gets a warning and goes on', async (t) => {
  const engine = startEngine(t, { operations: [defineOperation({ child: 'sleeps', softLimitMs: 50 })] });
  const { number } = engine.enqueue('chore');
  const late = await engine.when(number, 'late', ({ warning }) => warning !== null);
  t.match(late, {
    status: 'running',
    warning: /^It takes longer than its soft limit of 0\.1 s\. It is stopped at 15 min 00 s/,
  });
});

t.test('a job that is asked to stop shows when it is killed', async (t) => {
  const at = Date.parse('2026-08-01T10:00:00Z');
  const engine = startEngine(t, {
    now: () => new Date(at),
    operations: [defineOperation({ child: 'ignores-sigterm' })],
  });
  const { number } = engine.enqueue('chore');
  await engine.whenPhase(number, 'deaf');
  engine.verbs.cancel(String(number), operator);
  const ending = { status: 'running', kill_at: '2026-08-01T10:00:01.000Z' };
  t.match(await engine.when(number, 'being ended', ({ kill_at }) => kill_at !== null), ending);
  t.match(await engine.whenJob(number), { status: 'cancelled' });
});
