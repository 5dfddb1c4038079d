import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { AppError } from '../../src/core/errors.ts';
import type { Operation } from '../../src/core/operation.ts';
import type { Claim, Job } from '../../src/jobs/job.ts';
import { seedStarterSheet } from '../../src/sheets/feature.ts';
import { importOperation } from '../../src/sheets/import-operation.ts';
import { type Engine, operator, startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';

const library: Claim = { name: 'library', mode: 'exclusive' };

/** A chore that waits for a holder of the library; the test can change it in that time. */
async function startWaiting(t: Test, different: Partial<Operation> = {}, args = {}) {
  const chore = defineOperation({ locks: () => [library], ...different });
  const holder = defineOperation({ name: 'holder', child: 'sleeps', locks: () => [library] });
  const engine = startEngine(t, { operations: [chore, holder] });
  const { number } = engine.enqueue('holder');
  await engine.whenPhase(number, 'asleep');
  const job = engine.enqueue(chore.name, args, { whenLocked: 'wait' });
  const free = () => engine.verbs.cancel(String(number), operator);
  return { engine, chore, job, free };
}

/** Checks that the job failed without an attempt, is audited, and holds no lock. */
function assertRefused(t: Test, engine: Engine, { number }: Job) {
  const job = engine.jobs.find(String(number));
  t.match(job, { status: 'failed', attempt: 0, pid: null, started_at: null, finished_at: String });
  t.same(
    engine.history.filter((line) => line.startsWith(`#${number} `)),
    [`#${number} queued`, `#${number} failed`],
  );
  t.match(engine.auditRows(`job:${number}`).at(-1), {
    event: 'job.finished',
    outcome: 'failed',
    actor: 'system',
  });
  t.match(JSON.parse(engine.auditRows(`job:${number}`).at(-1)?.detail ?? ''), {
    failure: job.failure?.message,
  });
  t.same(engine.repository.positions(), []);
}

t.test('a job whose operation is gone fails and does not block the lock queue', async (t) => {
  const { engine, chore, job, free } = await startWaiting(t);
  const next = engine.enqueue('holder', {}, { whenLocked: 'wait' });
  t.not(chore.name, next.operation);
  engine.ops.prepare(`UPDATE job SET operation = 'gone' WHERE id = ?`).run(job.id);
  free();
  t.match(await engine.whenJob(job.number), {
    failure: { code: 'spawn_failed', message: /gone no longer exists.*operations\.yaml/ },
  });
  await engine.whenPhase(next.number, 'asleep');
  engine.verbs.cancel(next.id, operator);
  await engine.whenJob(next.number);
  assertRefused(t, engine, job);
});

t.test('a job whose arguments are no longer valid fails with the reason', async (t) => {
  const { engine, chore, job, free } = await startWaiting(t, {}, { count: 7 });
  chore.args = {
    ...chore.args,
    properties: { count: { type: 'integer', title: 'Count', maximum: 5 } },
  };
  free();
  t.match(await engine.whenJob(job.number), {
    failure: {
      code: 'bad_input',
      message: /^It was not started\. Count: must be a whole number of at most 5/,
    },
  });
  assertRefused(t, engine, job);
});

t.test('a job is not started when the locks of its operation have changed', async (t) => {
  const { engine, chore, job, free } = await startWaiting(t);
  chore.locks = () => [library, { name: 'index', mode: 'shared' }];
  free();
  t.match(await engine.whenJob(job.number), { failure: { code: 'bad_input', message: /locks .* changed/ } });
  assertRefused(t, engine, job);
});

t.test('a retry fails when its arguments are no longer valid', async (t) => {
  const retries = { maxAttempts: 3, delayMs: 0, backoff: 1 };
  const chore = defineOperation({ child: 'exits-75', retries });
  const engine = startEngine(t, { operations: [chore] });
  engine.bus.on('job', ({ status }) => {
    if (status !== 'retrying') return;
    chore.check = () => {
      throw new AppError('invalid_arguments', 'The path is gone.');
    };
  });
  const { number } = engine.enqueue('chore');
  t.match(await engine.whenJob(number), {
    status: 'failed',
    attempt: 1,
    next_attempt_at: null,
    failure: { code: 'bad_input', message: 'It was not started. The path is gone.' },
  });
  t.same(engine.history.at(-1), '#1 failed');
});

t.test('an unexpected error of a plan check is left to the script', async (t) => {
  const checkPlan = () => Promise.reject(new Error('the disk is gone'));
  const engine = startEngine(t, { operations: [defineOperation({ checkPlan })] });
  t.match(await engine.whenJob(engine.enqueue('chore').number), { status: 'succeeded', attempt: 1 });
});

t.test(
  'an import runs with a current plan, and fails without a process when the sheet has changed',
  async (t) => {
    const engine = startEngine(t, { operations: [importOperation] });
    seedStarterSheet(engine.config, []);
    const args = { mode: 'merge' };
    const plan = async () => {
      const { number } = engine.enqueue('import', { ...args, dry_run: true });
      return (await engine.whenJob(number)).result?.plan;
    };
    const outdated = await plan();
    fs.appendFileSync(path.join(engine.root, 'sheets/published/experiences.csv'), '\n');
    const job = engine.enqueue('import', { ...args, plan: outdated });
    t.match(await engine.whenJob(job.number), {
      failure: { code: 'bad_input', message: /changed since the plan/, detail: { code: 'plan_outdated' } },
    });
    assertRefused(t, engine, job);
    const { number } = engine.enqueue('import', { ...args, plan: await plan() });
    t.match(await engine.whenJob(number), { status: 'succeeded' });
  },
);
