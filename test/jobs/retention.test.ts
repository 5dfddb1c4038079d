import fs from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { readConfig } from '../../src/core/config.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { createBus } from '../../src/core/bus.ts';
import { createAudit } from '../../src/core/audit.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import type { Job } from '../../src/jobs/job.ts';
import { jobLogFile, openJobLog } from '../../src/job-log/log.ts';
import { createPruning } from '../../src/jobs/repository-pruning.ts';
import type { Ending } from '../../src/jobs/repository-moves.ts';
import { createJobRepository } from '../../src/jobs/repository.ts';
import { createRemoval } from '../../src/jobs/removal.ts';
import { createRetention } from '../../src/jobs/retention.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { makeFolder } from '../support/folder.ts';

const today = Date.parse('2026-11-01T12:00:00Z');
const dayMs = 86_400_000;

type Limits = { retentionDays: number; retentionJobs: number; evidence?: string[] };

function openHistory(t: Test, { evidence, ...limits }: Limits) {
  const root = makeFolder(t);
  const ops = prepareOps(path.join(root, 'ops.db'));
  t.teardown(() => ops.close());
  let at = today;
  const now = () => new Date(at);
  const repository = createJobRepository(ops, now);
  const bus = createBus();
  const audit = createAudit(
    ops,
    now,
    createRedactor(readConfig({ CHL_EXPERIENCE_ROOT: root }, root)),
    bus,
    t.error,
  );
  const config = { root, jobLogMaxBytes: 1000, ...limits };
  const pruning = createPruning(ops, evidence);
  const untilFree = async <T>(work: () => T) => work();
  const removal = createRemoval({
    config,
    pruning,
    repository,
    audit,
    bus,
    now,
    find: (number) => repository.find(number) as Job,
    untilFree,
  });
  const log = pino({ level: 'silent' });
  const retention = createRetention({ config, pruning, removal, audit, log, now, untilFree });

  /** A job with a log and rows that ended a number of days ago; without an ending it is queued. */
  function add(daysAgo: number, status?: Ending['status'], rows = 3): Job {
    at = today - daysAgo * dayMs;
    const job = insertJob(repository);
    if (status)
      endJob(repository, job, status, (running) => {
        repository.addRows(job.id, Array(rows).fill({ ref: 'x', outcome: 'added', message: null }));
        const log = openJobLog(jobLogFile(root, job.number), 1000, now);
        log.write('stdout', Buffer.from('hello'));
        log.close();
        repository.setLogBytes(running, 5);
      });
    at = today;
    return job;
  }
  const numbers = () => repository.newest(100).map(({ number }) => number);
  const rowCount = () => ops.prepare('SELECT count(*) FROM job_row').pluck().get();
  return { ops, root, repository, retention, add, numbers, rowCount };
}

t.test('old jobs are removed with log and rows, failed ones four times as late', async (t) => {
  const { root, ops, retention, add, numbers, rowCount } = openHistory(t, {
    retentionDays: 10,
    retentionJobs: 100,
  });
  add(11, 'succeeded', 1200);
  add(9, 'succeeded');
  add(11, 'cancelled');
  add(39, 'failed');
  add(41, 'failed');
  add(500);
  t.equal(await retention.runOnce(), 3);
  t.strictSame(numbers(), [6, 4, 2], 'what waits is never removed');
  t.equal(rowCount(), 6);
  t.strictSame(fs.readdirSync(path.join(root, 'logs')).sort(), ['2.log', '2.log.ix', '4.log', '4.log.ix']);
  const counts = ops.prepare('SELECT status, jobs FROM job_count WHERE jobs > 0 ORDER BY status').all();
  t.strictSame(counts, [
    { status: 'failed', jobs: 1 },
    { status: 'queued', jobs: 1 },
    { status: 'succeeded', jobs: 1 },
  ]);
  t.match(ops.prepare('SELECT event, detail FROM audit').all(), [
    { event: 'jobs.pruned', detail: '{"jobs":3}' },
  ]);
  t.equal(await retention.runOnce(), 0, 'a second run finds nothing');
});

t.test('the newest jobs are kept, and four times as many failed ones', async (t) => {
  const { retention, add, numbers } = openHistory(t, { retentionDays: 1000, retentionJobs: 5 });
  for (let number = 1; number <= 30; number++) add(1, number % 2 === 0 ? 'failed' : 'succeeded');
  t.equal(await retention.runOnce(), 13 + 5);
  t.strictSame(numbers(), [30, 29, 28, 27, 26, 24, 22, 20, 18, 16, 14, 12]);
});

t.test('runs of an operation that is evidence are kept from the last success on', async (t) => {
  const { retention, add, numbers } = openHistory(t, {
    retentionDays: 10,
    retentionJobs: 2,
    evidence: ['chore'],
  });
  add(800, 'failed');
  add(700, 'succeeded');
  add(600, 'failed');
  t.equal(retention.preview().jobs, 1);
  t.equal(await retention.runOnce(), 1);
  t.strictSame(numbers(), [3, 2]);
});

t.test('a preview counts what a run would remove, and removes nothing', async (t) => {
  const { retention, add, numbers } = openHistory(t, { retentionDays: 10, retentionJobs: 100 });
  add(20, 'succeeded');
  add(50, 'failed');
  add(1, 'succeeded');
  const preview = {
    days: 10,
    jobs_kept: 100,
    jobs: 2,
    failed_jobs: 1,
    log_bytes: 10,
    has_more: false,
    oldest_finished_at: new Date(today - 50 * dayMs).toISOString(),
  };
  t.strictSame(retention.preview(), preview);
  t.equal(numbers().length, 3);
  t.equal(await retention.runOnce(), preview.jobs);
});

t.test('the tombstone of a removed job is found by number and by id', async (t) => {
  const { retention, repository, add } = openHistory(t, { retentionDays: 10, retentionJobs: 100 });
  const { id } = add(20, 'succeeded');
  await retention.runOnce();
  const left = {
    number: 1,
    id,
    operation: 'chore',
    status: 'succeeded',
    finished_at: new Date(today - 20 * dayMs).toISOString(),
    pruned_at: new Date(today).toISOString(),
  };
  t.strictSame(repository.findPruned('1'), left);
  t.strictSame(repository.findPruned(id), left);
  t.equal(repository.findPruned('2'), null);
  t.equal(repository.find('1'), null);
});

t.test('a stop leaves only whole jobs, and a later run continues', async (t) => {
  const { retention, add, numbers, rowCount } = openHistory(t, { retentionDays: 10, retentionJobs: 100 });
  for (let n = 0; n < 50; n++) add(20, 'succeeded');
  retention.start();
  await retention.stop();
  await retention.stop();
  const left = numbers().length;
  t.equal(left % 10, 0);
  t.ok(left > 0);
  t.equal(rowCount(), left * 3);
  retention.start();
  t.equal(await retention.runOnce(), left);
  await retention.stop();
});
