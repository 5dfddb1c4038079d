import t from 'tap';
import { type Job, type JobStatus, jobStatuses } from '../../src/jobs/job.ts';
import type { NewJob } from '../../src/jobs/repository.ts';
import { endJob, failure, nothingElse, openRepository, type Opened } from '../support/job-repository.ts';

/** Creates a job and moves it into a state. */
function jobIn({ repository, insert }: Opened, status: JobStatus): Job {
  const { id } = insert();
  const current = () => repository.find(id) as Job;
  if (status === 'queued') return current();
  if (status === 'cancelled') {
    repository.cancelWaiting(id, nothingElse);
    return current();
  }
  const running = repository.start(id) as Job;
  if (status === 'retrying') repository.retryLater(running, failure, new Date(0), nothingElse);
  if (status === 'succeeded') repository.finish(running, { status, result: { n: 1 } }, nothingElse);
  if (status === 'failed') repository.finish(running, { status, failure }, nothingElse);
  return current();
}

const childOf = (pid: number) => ({
  script: { pid, started: '123', bootId: 'b' },
  keeper: null,
  tracking: 'group' as const,
});

t.test('a new job is queued, numbered in order, and found by number and by id', async (t) => {
  const { repository, insert } = openRepository(t);
  const [first, second] = [insert(), insert({ reason: 'why', retry_of: 1 })];
  t.same([first.number, second.number], [1, 2]);
  t.match(first, {
    status: 'queued',
    attempt: 0,
    args: { count: 1 },
    created_at: '2026-08-01T10:00:00.000Z',
  });
  t.same(repository.find('2'), second);
  t.same(repository.find(second.id), second);
  t.equal(repository.retriedBy(1), second.id);
  for (const unknown of ['3', '0', '-1', 'x', '', '1e0', ' 1', "1' OR 1"])
    t.equal(repository.find(unknown), null);
});

t.test('each move works from its own states and from no other', async (t) => {
  const opened = openRepository(t);
  const { repository } = opened;
  const moves: Record<string, { from: JobStatus[]; to: JobStatus; move: (job: Job) => Job | null }> = {
    start: { from: ['queued'], to: 'running', move: (job) => repository.start(job.id) },
    'finish as succeeded': {
      from: ['running'],
      to: 'succeeded',
      move: (job) => repository.finish(job, { status: 'succeeded' }, nothingElse),
    },
    'finish as failed': {
      from: ['running'],
      to: 'failed',
      move: (job) => repository.finish(job, { status: 'failed', failure }, nothingElse),
    },
    'finish as cancelled': {
      from: ['running'],
      to: 'cancelled',
      move: (job) => repository.finish(job, { status: 'cancelled' }, nothingElse),
    },
    'retry later': {
      from: ['running'],
      to: 'retrying',
      move: (job) => repository.retryLater(job, failure, new Date(0), nothingElse),
    },
    'queue again when due': {
      from: ['retrying'],
      to: 'queued',
      move: (job) => repository.requeueDue(job.id, []),
    },
    'queue again when lost': {
      from: ['running'],
      to: 'queued',
      move: (job) => repository.requeueLost(job, nothingElse),
    },
    'cancel while it waits': {
      from: ['queued', 'retrying'],
      to: 'cancelled',
      move: (job) => repository.cancelWaiting(job.id, nothingElse),
    },
    'ask to cancel': {
      from: ['running'],
      to: 'running',
      move: (job) => repository.requestCancel(job.id, nothingElse),
    },
  };
  for (const [name, { from, to, move }] of Object.entries(moves)) {
    for (const status of jobStatuses) {
      const job = jobIn(opened, status);
      const moved = move(job);
      const isAllowed = from.includes(status);
      t.equal(moved?.status ?? null, isAllowed ? to : null, `${name} from ${status}`);
      t.equal(repository.find(job.id)?.status, isAllowed ? to : status);
    }
  }
});

t.test('a move happens once: the second try gives null and writes nothing', async (t) => {
  const opened = openRepository(t);
  const { repository } = opened;
  const running = jobIn(opened, 'running');
  const seen: string[] = [];
  t.ok(repository.finish(running, { status: 'succeeded' }, () => seen.push('first')));
  t.equal(
    repository.finish(running, { status: 'failed', failure }, () => seen.push('second')),
    null,
  );
  t.same(seen, ['first']);
  t.match(repository.find(running.id), { status: 'succeeded', failure: null });
});

t.test('an attempt that is not the current one changes nothing', async (t) => {
  const opened = openRepository(t);
  const { repository } = opened;
  const stale = jobIn(opened, 'running');
  repository.requeueLost(stale, nothingElse);
  const current = repository.start(stale.id) as Job;
  t.equal(current.attempt, 2);
  t.equal(repository.finish(stale, { status: 'succeeded' }, nothingElse), null);
  t.equal(repository.retryLater(stale, failure, new Date(), nothingElse), null);
  t.equal(repository.requeueLost(stale, nothingElse), null);
  t.equal(repository.setProgress(stale, null, 5), null);
  repository.setProcess(stale, childOf(7));
  t.match(repository.find(stale.id), { status: 'running', attempt: 2, pid: null, log_bytes: 0 });
});

t.test('the database itself refuses to move a job out of a terminal state', async (t) => {
  const opened = openRepository(t);
  for (const terminal of ['succeeded', 'failed', 'cancelled'] as const) {
    const { id } = jobIn(opened, terminal);
    for (const status of jobStatuses.filter((other) => other !== terminal)) {
      const update = opened.ops.prepare('UPDATE job SET status = ? WHERE id = ?');
      t.throws(
        () => update.run(status, id),
        /a finished job never changes its state/,
        `${terminal} to ${status}`,
      );
    }
    t.equal(opened.repository.find(id)?.status, terminal);
  }
  jobIn(opened, 'queued');
  t.throws(
    () => opened.ops.exec(`UPDATE job SET status = 'paused' WHERE status = 'queued'`),
    /CHECK constraint/,
  );
});

t.test('a move and its additional writes are committed together or not at all', async (t) => {
  const opened = openRepository(t);
  const { repository } = opened;
  const running = jobIn(opened, 'running');
  const fail = () => {
    throw new Error('the audit is full');
  };
  t.throws(() => repository.finish(running, { status: 'succeeded' }, fail), 'the audit is full');
  t.equal(repository.find(running.id)?.status, 'running');
  t.match(repository.positions(), [{ jobId: running.id, isHeld: true }], 'its claims are still held');
});

t.test('a new attempt starts without pid, progress, failure and rows of the one before', async (t) => {
  const { ops, repository, insert } = openRepository(t);
  const { id } = insert();
  const first = repository.start(id) as Job;
  repository.setProcess(first, childOf(77));
  repository.addRows(id, [{ ref: 'A!1', outcome: 'added', message: null }]);
  t.match(repository.find(id), { pid: 77, pid_started: '123', boot_id: 'b' });
  repository.retryLater(first, failure, new Date(), nothingElse);
  repository.requeueDue(id, []);
  const second = repository.start(id) as Job;
  t.match(second, { attempt: 2, pid: null, progress: null, failure: null, next_attempt_at: null });
  repository.addRows(id, [{ ref: null, outcome: 'invalid', message: 'why' }]);
  t.same(ops.prepare('SELECT seq, message FROM job_row WHERE job_id = ?').raw().all(id), [[1, 'why']]);
});

t.test('rows are numbered continuously over batches', async (t) => {
  const { ops, repository, insert } = openRepository(t);
  const [one, other] = [insert(), insert()];
  const row = (message: string) => ({ ref: null, outcome: 'added', message });
  repository.addRows(one.id, [row('a'), row('b')]);
  repository.addRows(other.id, [row('x')]);
  repository.addRows(one.id, [row('c')]);
  t.same(ops.prepare('SELECT seq, message FROM job_row WHERE job_id = ? ORDER BY seq').raw().all(one.id), [
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ]);
});

t.test('the last successes are the runs that did real work, newest first', async (t) => {
  const { repository, insert } = openRepository(t);
  const add = (given: Partial<NewJob>, status: 'succeeded' | 'failed' = 'succeeded') => {
    const job = insert({ claims: [], ...given });
    endJob(repository, job, status);
    return job.number;
  };
  const real = [add({}), add({ args: { dry_run: false } })];
  add({ args: { dry_run: true } });
  add({ mode: 'noop' });
  add({ operation: 'other' });
  add({}, 'failed');
  const numbers = repository.lastSuccesses('chore', 2).map(({ number }) => number);
  t.strictSame(numbers, real.reverse());
});

t.test('a cancel request is stored once, with its time', async (t) => {
  const opened = openRepository(t);
  const running = jobIn(opened, 'running');
  const asked: string[] = [];
  t.ok(opened.repository.requestCancel(running.id, ({ id }) => asked.push(id)));
  opened.clock.at += 5000;
  t.equal(
    opened.repository.requestCancel(running.id, ({ id }) => asked.push(id)),
    null,
  );
  t.same(asked, [running.id]);
  t.equal(opened.repository.find(running.id)?.cancel_requested_at, '2026-08-01T10:00:00.000Z');
});

t.test('the usual duration is the median of the last twenty comparable runs that succeeded', async (t) => {
  const { repository, insert, clock } = openRepository(t);
  const chore = { operation: 'chore', mode: 'scripts', args: { count: 1, plan: 'now' } };
  const job = { ...chore, number: 0, result: null, progress: null };
  const usual = (different = {}) =>
    repository.usualSec({ ...job, ...different }, { perRun: ['plan'], sizes: [] });
  const run = (seconds: number, status: 'succeeded' | 'failed', different: Partial<NewJob> = {}) => {
    const started = repository.start(insert({ ...chore, ...different }).id) as Job;
    clock.at += seconds * 1000;
    repository.finish(started, { status }, nothingElse);
  };
  t.equal(usual(), null);
  for (let n = 0; n < 5; n++) run(1000, 'succeeded');
  for (let n = 0; n < 9; n++) run(10, 'succeeded');
  for (let n = 0; n < 11; n++) run(60, 'succeeded');
  for (let n = 0; n < 9; n++) run(1, 'failed');
  for (let n = 0; n < 9; n++) run(0, 'succeeded', { mode: 'noop' });
  for (let n = 0; n < 9; n++) run(3, 'succeeded', { args: { count: 1, dry_run: true, plan: 'x' } });
  run(60, 'succeeded', { args: { count: 1, plan: 'another' } });
  t.equal(Math.round(usual() ?? 0), 60, 'whatever the plan was');
  t.equal(Math.round(usual({ args: { count: 1, dry_run: true } }) ?? 0), 3, 'dry runs among themselves');
  t.equal(usual({ mode: 'noop' }), null, 'noop runs do no work');
  t.equal(usual({ args: { count: 2 } }), null, 'no run did this work');
  t.equal(usual({ operation: 'other' }), null);
});

t.test('runs of another size are not compared, nor is a run with itself', async (t) => {
  const { repository, insert, clock } = openRepository(t);
  const chore = { operation: 'chore', mode: 'scripts', args: {} };
  const run = (seconds: number, result: Record<string, unknown>) => {
    const started = repository.start(insert(chore).id) as Job;
    clock.at += seconds * 1000;
    return repository.finish(started, { status: 'succeeded', result }, nothingElse) as Job;
  };
  const usual = (job: Partial<Job>) => {
    const one = { ...chore, number: 0, result: null, progress: null, ...job };
    const seconds = repository.usualSec(one, { perRun: [], sizes: ['embedded', 'vectors'] });
    return seconds === null ? null : Math.round(seconds);
  };
  const first = run(600, { embedded: 39_000, vectors: 39_000 });
  t.equal(usual(first), null, 'the only run');
  const small = run(1, { embedded: 4, vectors: 72 });
  t.equal(usual(small), null);
  run(2, { embedded: 0, vectors: 80 });
  run(3, { embedded: 9, vectors: 100 });
  t.equal(usual(small), 3);
  run(700, { embedded: 30_000, vectors: 41_000 });
  t.equal(usual(first), 700);
  t.equal(usual({ result: { embedded: 0, vectors: 40_000 } }), null, 'embedded nothing of as many');
  t.equal(usual({ result: {} }), null);
  t.equal(usual({}), 700, 'before its end it is expected to be like the newest run');
  run(2, { embedded: 0, vectors: 80 });
  const progress = (total: number | null) => ({ progress: { done: 1, total } }) as Pick<Job, 'progress'>;
  t.equal(usual(progress(null)), 2);
  t.equal(usual(progress(80)), 2);
  t.equal(usual(progress(39_000)), null, 'until its progress shows that it is larger');
});

t.test('active jobs and the last job of an operation are found', async (t) => {
  const opened = openRepository(t);
  const made = jobStatuses.map((status) => jobIn(opened, status));
  const { repository } = opened;
  t.same(
    repository.active().map(({ number }) => number),
    [1, 2, 3],
  );
  t.equal(repository.lastOf('chore')?.number, made.length);
  t.equal(repository.lastOf('unheard'), null);
  t.same(
    repository.newest(2).map(({ number }) => number),
    [6, 5],
  );
});

t.test('jobs are counted by operation and status through every change', async (t) => {
  const opened = openRepository(t);
  for (const status of jobStatuses) jobIn(opened, status);
  opened.insert({ operation: 'other' });
  opened.ops.exec('DELETE FROM job WHERE number = 4');
  const counted = opened.ops
    .prepare('SELECT operation, status, jobs FROM job_count WHERE jobs > 0 ORDER BY 1, 2')
    .all();
  const real = opened.ops
    .prepare('SELECT operation, status, count(*) AS jobs FROM job GROUP BY 1, 2 ORDER BY 1, 2')
    .all();
  t.same(counted, real);
  t.equal(real.length, 6);
});
