import t, { type Test } from 'tap';
import { AppError } from '../../src/core/errors.ts';
import type { Claim, Job } from '../../src/jobs/job.ts';
import type { RunRequest } from '../../src/jobs/run-request.ts';
import { invalidArguments } from '../../src/core/arguments.ts';
import { buildEngine, type Engine, operator } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';
import { makeFolder } from '../support/folder.ts';

const library: Claim = { name: 'library', mode: 'exclusive' };
const exclusive = defineOperation({ name: 'exclusive', title: 'Exclusive', locks: () => [library] });
const reading = defineOperation({ name: 'reading', locks: () => [{ name: 'library', mode: 'shared' }] });
const free = defineOperation({ name: 'free' });
const destructive = defineOperation({
  name: 'destructive',
  locks: () => [library],
  danger: (args) => (args.text === 'try' ? 'safe' : 'destructive'),
  confirmWord: 'destroy',
  check(args) {
    if (args.text === 'outdated') throw new AppError('plan_outdated', 'The plan is outdated.');
    if (args.text === 'bad') throw invalidArguments([{ field: 'text', message: 'Text: not that.' }]);
    return args;
  },
});
const confirmed = { reason: 'it is a test', confirm: 'destroy' };

/** Without a runner: queued jobs stay queued. */
function open(t: Test, env: Record<string, string> = {}): Engine {
  const engine = buildEngine(makeFolder(t), { operations: [exclusive, reading, free, destructive], env });
  t.teardown(engine.close);
  return engine;
}

function refused(engine: Engine, operation: string, args = {}, more: Partial<RunRequest> = {}): AppError {
  try {
    engine.enqueue(operation, args, more);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`${operation} was not refused`);
}

const lastAudit = (engine: Engine, target: string) => engine.auditRows(target).at(-1);
const end = (engine: Engine, job: Job, status: 'succeeded' | 'failed') =>
  engine.repository.finish(engine.repository.start(job.id) as Job, { status }, () => {});

t.test(
  'an accepted job is queued with its arguments, claims and audit row, and the bus hears of it after the commit',
  async (t) => {
    const engine = open(t);
    const seen: unknown[] = [];
    engine.bus.on('job', ({ number, status }) => seen.push([number, status, engine.ops.inTransaction]));
    const job = engine.enqueue('exclusive', { count: 3 }, { reason: '  because it is due ' });
    t.match(job, {
      number: 1,
      status: 'queued',
      args: { count: 3 },
      reason: 'because it is due',
      mode: 'scripts',
    });
    t.match(job, { requested_by: 'operator', request_id: 'r1', max_attempts: 1 });
    t.same(engine.repository.claimsOf(job.id), [library]);
    t.same(engine.auditRows('job:1'), [
      {
        event: 'job.accepted',
        outcome: 'ok',
        actor: 'operator',
        reason: 'because it is due',
        detail: '{"operation":"exclusive","args":{"count":3},"retry_of":null}',
      },
    ]);
    t.same(seen, [[1, 'queued', false]]);
  },
);

t.test('when the audit row cannot be written there is no job and no claim either', async (t) => {
  const engine = open(t);
  engine.ops.exec(
    `CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'audit is full'); END`,
  );
  t.throws(() => engine.enqueue('exclusive'), /audit is full/);
  t.equal(engine.repository.newest(1).length, 0);
  t.same(engine.repository.positions(), []);
  t.same(engine.history, []);
});

t.test('refusals come in their order: unknown, arguments, confirmation, plan, lock, stopping', async (t) => {
  const engine = open(t);
  engine.enqueue('exclusive');
  engine.stopAccepting();
  const outdated = { text: 'outdated' };
  const order: [AppError, string][] = [
    [refused(engine, 'unheard-of', { bad: 1 }), 'not_found'],
    [refused(engine, 'destructive', { bad: 1 }), 'invalid_arguments'],
    [refused(engine, 'destructive', { text: 'bad' }), 'invalid_arguments'],
    [refused(engine, 'destructive', {}), 'confirmation_required'],
    [refused(engine, 'destructive', {}, confirmed), 'operation_locked'],
    [refused(engine, 'destructive', {}, { ...confirmed, whenLocked: 'wait' }), 'stopping'],
    [refused(engine, 'free'), 'stopping'],
  ];
  t.same(
    order.map(([error]) => error.code),
    order.map(([, code]) => code),
  );
  t.equal(refused(engine, 'destructive', outdated, confirmed).code, 'plan_outdated', 'before the lock');
  t.equal(engine.repository.newest(9).length, 1, 'nothing was enqueued');
});

t.test('each refusal leaves an audit row with its code and message', async (t) => {
  const engine = open(t);
  const error = refused(engine, 'destructive', { count: -1 });
  t.match(lastAudit(engine, 'operation:destructive'), {
    event: 'job.refused',
    outcome: 'refused',
    actor: 'operator',
  });
  t.same(JSON.parse(lastAudit(engine, 'operation:destructive')?.detail ?? ''), {
    code: 'invalid_arguments',
    message: error.message,
  });
  refused(engine, 'x'.repeat(1000));
  const targets = engine.ops
    .prepare(`SELECT length(target), length(detail) < 400 FROM audit ORDER BY id DESC`)
    .raw();
  t.same(targets.get(), [200, 1], 'a long name does not fill the log');
});

t.test(
  'a destructive run needs a reason of five characters and its word; both problems are reported at once',
  async (t) => {
    const engine = open(t);
    const error = refused(engine, 'destructive', {}, { reason: '  four  ', confirm: 'Destroy' });
    t.equal(error.code, 'confirmation_required');
    t.match(error.details, { word: 'destroy', problems: [{ field: 'reason' }, { field: 'confirm' }] });
    t.match(error.message, /at least 5 characters.*Type destroy to confirm\.$/);
    t.match(refused(engine, 'destructive', {}, { ...confirmed, reason: '👍👍👍👍' }).details, {
      problems: [{ field: 'reason' }],
    });
    t.match(refused(engine, 'destructive', {}, { reason: 'long enough' }).details, {
      problems: [{ field: 'confirm' }],
    });
    t.equal(engine.enqueue('destructive', {}, { reason: 'fünf!', confirm: ' destroy ' }).status, 'queued');
  },
);

t.test('with arguments that destroy nothing the same operation needs neither', async (t) => {
  t.equal(open(t).enqueue('destructive', { text: 'try' }).status, 'queued');
});

t.test(
  'a locked operation names the job ahead: number, operation, actor, since, usual duration',
  async (t) => {
    const engine = open(t);
    end(engine, engine.enqueue('exclusive'), 'succeeded');
    const holder = engine.enqueue('exclusive');
    engine.repository.start(holder.id);
    const error = refused(engine, 'exclusive');
    const { started_at } = engine.repository.find(holder.id) as Job;
    t.match(error.details, {
      holder: { job_id: holder.id, number: 2, operation: 'exclusive', actor: 'operator', since: started_at },
    });
    t.type((error.details?.holder as { usual_sec: number } | undefined)?.usual_sec, 'number');
    t.match(error.message, /^Exclusive cannot start now: exclusive #2 by operator is ahead\. Queue it/);
  },
);

t.test('a job that has started since it was submitted waits for nothing', async (t) => {
  const engine = open(t);
  const submitted = engine.enqueue('exclusive');
  const behind = engine.enqueue('exclusive', {}, { whenLocked: 'wait' });
  t.equal(submitted.status, 'queued');
  engine.repository.start(submitted.id);
  t.equal(engine.jobs.waitsFor(submitted), null);
  t.equal(engine.jobs.waitsFor(behind)?.number, submitted.number);
});

t.test(
  'fifty requests at once for one exclusive operation make one job, and the others name it',
  async (t) => {
    const engine = open(t);
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => {
        await Promise.resolve();
        try {
          return engine.enqueue('exclusive').number;
        } catch (error) {
          const { code, details } = error as AppError;
          return `${code} #${(details?.holder as Job | undefined)?.number}`;
        }
      }),
    );
    t.same(answers, [1, ...Array(49).fill('operation_locked #1')]);
    const rows = engine.auditRows('operation:exclusive').length;
    t.ok(rows >= 20 && rows <= 40, `${rows} rows, twenty for each minute`);
  },
);

t.test('with when_locked: wait a job joins the lock queue and names the job it waits for', async (t) => {
  const engine = open(t);
  const [first, second, third] = [1, 2, 3].map(() =>
    engine.enqueue('exclusive', {}, { whenLocked: 'wait' }),
  ) as Job[];
  engine.repository.start((first as Job).id);
  t.equal(engine.jobs.waitsFor(second as Job)?.number, 1);
  t.equal(engine.jobs.waitsFor(third as Job)?.number, 1, 'the holder comes before the waiter ahead');
  t.equal(engine.jobs.waitsFor(engine.repository.find('1') as Job), null, 'a running job waits for none');
  engine.repository.finish(engine.repository.find('1') as Job, { status: 'succeeded' }, () => {});
  t.equal(engine.jobs.waitsFor(second as Job), null);
  t.equal(engine.jobs.waitsFor(third as Job)?.number, 2);
});

t.test('a job whose locks are free waits for room while as many jobs run as may', async (t) => {
  const engine = open(t, { CHL_MAX_RUNNING_JOBS: '1' });
  const [first, free, behind] = ['exclusive', 'free', 'exclusive'].map((name) =>
    engine.enqueue(name, {}, { whenLocked: 'wait' }),
  ) as [Job, Job, Job];
  const room = () => [first, free, behind].map(({ id }) => engine.jobs.waitsForRoom(engine.jobs.find(id)));
  t.same(room(), [false, false, false], 'nothing runs yet');
  engine.repository.start(first.id);
  t.same(room(), [false, true, false], 'the third waits for the first');
  engine.repository.finish(engine.jobs.find(first.id), { status: 'succeeded' }, () => {});
  t.same(room(), [false, false, false]);
});

t.test('a request that fits the holders but not an earlier waiter is refused too', async (t) => {
  const engine = open(t);
  engine.repository.start(engine.enqueue('reading').id);
  t.equal(engine.enqueue('reading').number, 2, 'readers share');
  engine.enqueue('exclusive', {}, { whenLocked: 'wait' });
  t.match(refused(engine, 'reading'), { code: 'operation_locked', details: { holder: { number: 3 } } });
  t.equal(engine.jobs.blockerOf(reading, {})?.number, 3);
  t.equal(engine.jobs.blockerOf(free, {}), null);
});

t.test('a waiting job is cancelled at once, and its position is free', async (t) => {
  const engine = open(t);
  const job = engine.enqueue('exclusive');
  const cancelled = engine.verbs.cancel('1', operator);
  t.match(cancelled, { status: 'cancelled', failure: null });
  t.ok(cancelled.finished_at && cancelled.cancel_requested_at);
  t.same(engine.repository.positions(), []);
  t.match(lastAudit(engine, 'job:1'), { event: 'job.cancel', outcome: 'ok', actor: 'operator' });
  t.same(engine.history, ['#1 queued', '#1 cancelled']);
  t.equal(engine.jobs.find(job.id).status, 'cancelled');
});

t.test('cancelling a running job fifty times asks once and leaves one audit row', async (t) => {
  const engine = open(t);
  const asked: number[] = [];
  engine.bus.on('cancel-requested', ({ number }) => asked.push(number));
  engine.repository.start(engine.enqueue('free').id);
  for (let n = 0; n < 50; n++) t.match(engine.verbs.cancel('1', operator), { status: 'running' });
  t.same(asked, [1]);
  t.equal(engine.auditRows('job:1').filter(({ event }) => event === 'job.cancel').length, 1);
});

t.test('a job that has ended or never was cannot be cancelled, and both are audited', async (t) => {
  const engine = open(t);
  end(engine, engine.enqueue('free'), 'succeeded');
  t.throws(() => engine.verbs.cancel('1', operator), {
    code: 'not_cancellable',
    message: 'Job #1 has already ended: succeeded. There is nothing to cancel.',
    details: { status: 'succeeded' },
  });
  t.throws(() => engine.verbs.cancel('9', operator), { code: 'not_found' });
  t.match(lastAudit(engine, 'job:1'), { event: 'job.cancel', outcome: 'refused' });
  t.match(lastAudit(engine, 'job:9'), { event: 'job.cancel', outcome: 'refused' });
  t.equal(engine.jobs.find('1').status, 'succeeded');
});

t.test('a retry is a new job with the same arguments, linked both ways', async (t) => {
  const engine = open(t);
  end(engine, engine.enqueue('free', { text: 'same' }), 'failed');
  const retry = engine.verbs.retry('1', {}, operator);
  t.match(retry, { number: 2, status: 'queued', args: { text: 'same' }, retry_of: 1, attempt: 0 });
  t.equal(engine.repository.retriedBy(1), retry.id);
  t.match(JSON.parse(lastAudit(engine, 'job:2')?.detail ?? ''), { retry_of: 1 });
  engine.verbs.cancel('2', operator);
  t.match(
    engine.verbs.retry(retry.id, {}, operator),
    { number: 3, retry_of: 2 },
    'a cancelled one too, by its id',
  );
});

t.test('a destructive retry is confirmed again, and waits or is refused as a run is', async (t) => {
  const engine = open(t);
  end(engine, engine.enqueue('destructive', {}, confirmed), 'failed');
  t.throws(() => engine.verbs.retry('1', {}, operator), { code: 'confirmation_required' });
  engine.enqueue('exclusive');
  t.throws(() => engine.verbs.retry('1', confirmed, operator), { code: 'operation_locked' });
  t.match(engine.verbs.retry('1', { ...confirmed, whenLocked: 'wait' }, operator), {
    number: 3,
    reason: confirmed.reason,
  });
});

t.test('only a failed or cancelled job can be retried', async (t) => {
  const engine = open(t);
  engine.enqueue('free');
  t.throws(() => engine.verbs.retry('1', {}, operator), {
    code: 'not_retryable',
    details: { status: 'queued' },
  });
  end(engine, engine.jobs.find('1'), 'succeeded');
  t.throws(() => engine.verbs.retry('1', {}, operator), {
    code: 'not_retryable',
    details: { status: 'succeeded' },
  });
  t.throws(() => engine.verbs.retry('7', {}, operator), { code: 'not_found' });
  t.match(lastAudit(engine, 'job:7'), { event: 'job.retry', outcome: 'refused' });
  t.equal(engine.repository.newest(9).length, 1);
});

t.test('in noop mode a job has its mode, and is confirmed and locked as usual', async (t) => {
  const engine = open(t, { CHL_OPERATIONS_MODE: 'noop' });
  t.equal(refused(engine, 'destructive').code, 'confirmation_required');
  t.equal(engine.enqueue('exclusive').mode, 'noop');
  t.equal(refused(engine, 'exclusive').code, 'operation_locked');
});
