import t from 'tap';
import type { Claim } from '../../src/jobs/job.ts';
import { operator, startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { eventsOf, run } from '../support/runs.ts';

const library: Claim = { name: 'library', mode: 'exclusive' };

t.test('a temporary failure is retried as often as the policy allows', async (t) => {
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
  t.equal(engine.logOf(once).text.toString(), 'attempt 1\nattempt 2\n', 'the log continues');
  t.same(
    engine.listing.rows(once.id, {}, 9).items.map(({ message }) => message),
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

t.test(
  'a job between two attempts holds no lock, shows its next attempt, and can be cancelled',
  async (t) => {
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
    t.match(job, { failure: { code: 'exited' }, pid: Number, attempt: 1 });
    t.match(await run(engine, 'other'), { status: 'succeeded' }, 'the lock is free');
    t.match(engine.verbs.cancel(String(number), operator), { status: 'cancelled', next_attempt_at: null });
  },
);

t.test('a job with a requested cancel is not retried', async (t) => {
  const retries = { maxAttempts: 3, delayMs: 0, backoff: 1 };
  const engine = startEngine(t, { operations: [defineOperation({ child: 'exits-75-once', retries })] });
  const { id, number } = engine.enqueue('chore');
  // As if the child had just ended: the runner is not asked to end it.
  engine.bus.on('log', () => engine.repository.requestCancel(id, () => {}));
  t.match(await engine.whenJob(number), { status: 'cancelled', attempt: 1, failure: null });
});

t.test('the back-off doubles with each attempt, up to an hour', async (t) => {
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
    // The time passes while the runner is stopped; its start runs the due job.
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
