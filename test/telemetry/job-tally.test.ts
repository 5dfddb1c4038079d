import t, { type Test } from 'tap';
import { createBus, type JobEvent } from '../../src/core/bus.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createJobFigures, createJobTally } from '../../src/telemetry/job-figures.ts';
import { makeFolder } from '../support/folder.ts';

const start = Date.parse('2026-11-22T14:00:00.000Z');
const hour = 3_600_000;

function setUp(t: Pick<Test, 'teardown'>) {
  const ops = prepareOps(`${makeFolder(t)}/ops.db`);
  t.teardown(() => ops.close());
  const clock = { ms: start };
  const bus = createBus();
  const insert = ops.prepare(`
    INSERT INTO job (id, operation, status, mode, requested_by, args, created_at, started_at, finished_at)
    VALUES (@id, @operation, @status, @mode, 'test', @args, @startedAt, @startedAt, @finishedAt)`);
  let id = 0;
  const addJob = (status: string, endedMs: number, seconds = 1, operation = 'export', different = {}) => {
    id += 1;
    const [startedAt, finishedAt] = [endedMs - seconds * 1000, endedMs].map((ms) =>
      new Date(ms).toISOString(),
    );
    insert.run({
      id: String(id),
      operation,
      status,
      startedAt,
      finishedAt,
      mode: 'scripts',
      args: '{}',
      ...different,
    });
  };
  const end = (status: JobEvent['status']) =>
    bus.emit('job', { id: 'x', number: 1, operation: 'export', status, request_id: null });
  return { ops, bus, clock, now: () => new Date(clock.ms), addJob, end };
}

t.test('jobs that ended before and after the start are counted for a day', async (t) => {
  const { ops, bus, clock, now, addJob, end } = setUp(t);
  addJob('failed', start - 25 * hour);
  addJob('succeeded', start - 23 * hour);
  addJob('cancelled', start - 1000);
  const tally = createJobTally({ figures: createJobFigures(ops), bus, now });
  t.same(tally.lastDay(), { succeeded: 1, failed: 0, cancelled: 1 });
  for (const status of ['queued', 'running', 'running', 'failed'] as const) end(status);
  t.same(tally.lastDay(), { succeeded: 1, failed: 1, cancelled: 1 });
  t.same(tally.total(), { succeeded: 0, failed: 1, cancelled: 0 }, 'since the start');
  clock.ms += 2 * hour;
  t.same(tally.lastDay(), { succeeded: 0, failed: 1, cancelled: 1 });
  clock.ms += 22 * hour;
  t.same(tally.lastDay(), { succeeded: 0, failed: 0, cancelled: 0 });
});

t.test('the parts of a day begin at fixed times', async (t) => {
  const { ops, bus, clock, now, addJob } = setUp(t);
  addJob('succeeded', start - 30 * 60_000);
  addJob('failed', start - 5 * hour);
  const tally = createJobTally({ figures: createJobFigures(ops), bus, now });
  const before = tally.parts(16);
  t.equal(before.length, 16);
  t.equal(
    before.reduce((sum, jobs) => sum + jobs),
    2,
  );
  clock.ms += 20 * 60_000;
  t.same(tally.parts(16), before);
  clock.ms += 90 * 60_000;
  t.same(tally.parts(16), [...before.slice(1), 0]);
});

t.test('an operation has figures of its last runs', async (t) => {
  const { ops, addJob } = setUp(t);
  for (let seconds = 1; seconds <= 20; seconds += 1) addJob('succeeded', start + seconds * 1000, seconds);
  for (let run = 0; run < 5; run += 1) addJob('failed', start + 60_000, 500);
  addJob('cancelled', start + 70_000, 900);
  for (let run = 0; run < 9; run += 1) addJob('succeeded', start, 0, 'snapshot', { mode: 'noop' });
  for (let run = 0; run < 9; run += 1)
    addJob('succeeded', start, 1, 'snapshot', { args: '{"dry_run":true}' });
  addJob('succeeded', start, 30, 'snapshot');
  addJob('failed', start + 70_000, 900, 'import');
  const figures = createJobFigures(ops);
  const { duration_p50_sec, duration_p95_sec, ...counts } = figures.operation('export');
  t.same(counts, { operation: 'export', runs: 26, success_rate: 0.8 });
  t.same(
    [duration_p50_sec, duration_p95_sec].map((sec) => Math.round(sec ?? 0)),
    [10, 19],
  );
  t.match(figures.operation('import'), { success_rate: 0, duration_p50_sec: null });
  t.equal(Math.round(figures.operation('snapshot').duration_p50_sec ?? 0), 30, 'of runs that did real work');
  t.match(figures.operation('index'), { runs: 0, success_rate: null });
});
