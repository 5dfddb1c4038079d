import t, { type Test } from 'tap';
import { prepareOps } from '../../src/core/db/ops.ts';
import { metricNames, type Readings, type Sample } from '../../src/core/db/metrics.ts';
import { createSampleRepository } from '../../src/telemetry/repository.ts';
import { makeFolder } from '../support/folder.ts';

const start = Date.parse('2026-11-22T14:00:00.000Z') / 1000;
const day = 86_400;

function sample(at: number, readings: Partial<Readings>): Sample {
  const nothing = Object.fromEntries(metricNames.map((name) => [name, null])) as Readings;
  return { at, ...nothing, ...readings };
}

function open(t: Test, file = `${makeFolder(t)}/ops.db`) {
  const ops = prepareOps(file);
  t.teardown(() => ops.close());
  const count = (table: string) => ops.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  const rollups = () => ops.prepare('SELECT at, part FROM sample_rollup ORDER BY at, part').all();
  return { ops, file, samples: createSampleRepository(ops), count, rollups };
}

t.test(
  'five minutes are folded when they are over: levels by range, events by sum, states by the last',
  async (t) => {
    const { ops, samples, count } = open(t);
    for (let at = start; at < start + 300; at += 5) {
      const number = (at - start) / 5;
      samples.write([sample(at, { queue_pending: number, jobs_failed: 1, index_vectors: 1000 + number })]);
    }
    t.equal(count('sample_rollup'), 0, 'not before they are over');
    samples.write([sample(start + 300, { queue_pending: 77 })]);
    const rows = ops
      .prepare('SELECT at, part, queue_pending, jobs_failed, index_vectors, streams FROM sample_rollup')
      .all();
    const at = start;
    t.same(rows, [
      { at, part: 'avg', queue_pending: 29.5, jobs_failed: 60, index_vectors: 1059, streams: null },
      { at, part: 'min', queue_pending: 0, jobs_failed: null, index_vectors: null, streams: null },
      { at, part: 'max', queue_pending: 59, jobs_failed: null, index_vectors: null, streams: null },
    ]);
    t.same(samples.series('queue_pending', { from: at, until: at + 600, stepSec: 300 }), [
      { at, value: 29.5, min: 0, max: 59 },
      { at: at + 300, value: 77, min: 77, max: 77 },
    ]);
  },
);

t.test('a time without samples stays a gap, in samples and in folds', async (t) => {
  const { samples, rollups } = open(t);
  for (const minute of [0, 1, 2, 20, 21]) samples.write([sample(start + minute * 60, { streams: minute })]);
  t.same(
    samples.series('streams', { from: start, until: start + 1800, stepSec: 60 }),
    [0, 1, 2, 20, 21].map((minute) => ({ at: start + minute * 60, value: minute, min: minute, max: minute })),
  );
  samples.write([sample(start + 1800, { streams: 9 })]);
  t.same(
    rollups(),
    [0, 1200].flatMap((sec) => ['avg', 'max', 'min'].map((part) => ({ at: start + sec, part }))),
  );
  t.same(
    samples.series('rss_bytes', { from: start, until: start + 1800, stepSec: 60 }),
    [],
    'an unknown value is not zero',
  );
});

t.test('after a restart folding continues where it stopped', async (t) => {
  const before = prepareOps(`${makeFolder(t)}/ops.db`);
  createSampleRepository(before).write([
    sample(start + 10, { streams: 1 }),
    sample(start + 20, { streams: 3 }),
  ]);
  before.close();
  const { samples, rollups } = open(t, before.name);
  t.match(samples.latest(), { at: start + 20, streams: 3 });
  samples.write([sample(start + 7200, { streams: 5 })]);
  t.same(
    rollups(),
    ['avg', 'max', 'min'].map((part) => ({ at: start, part })),
  );
  const range = { from: start, until: start + 7201, stepSec: 300 };
  t.same(samples.series('streams', range), [
    { at: start, value: 2, min: 1, max: 3 },
    { at: start + 7200, value: 5, min: 5, max: 5 },
  ]);
});

t.test(
  'samples are kept for a day, folds for thirty, and a long pause is cleared in small steps',
  async (t) => {
    const { samples, count, ops } = open(t);
    const old = Array.from({ length: 250 }, (_, number) => sample(start + number * 5, { streams: number }));
    samples.write(old);
    t.equal(count('sample'), 250);
    const left = [];
    for (const later of [0, 5, 10]) {
      samples.write([sample(start + 2 * day + later, { streams: 1 })]);
      left.push(count('sample'));
    }
    t.same(left, [151, 52, 3]);
    t.equal(count('sample_rollup'), 15, 'they were folded before they went');
    const range = { from: start, until: start + 1500, stepSec: 300 };
    t.same(
      samples.series('streams', range).map(({ value, min, max }) => [value, min, max]),
      [0, 1, 2, 3, 4].map((slot) => {
        const last = Math.min(59, 249 - slot * 60);
        return [slot * 60 + last / 2, slot * 60, slot * 60 + last];
      }),
      'older than a day: from the folds',
    );
    samples.write([sample(start + 31 * day, { streams: 1 })]);
    t.equal(
      ops
        .prepare('SELECT count(*) FROM sample_rollup WHERE at < ?')
        .pluck()
        .get(start + day),
      0,
    );
  },
);

t.test('samples from the future, left by a clock that was set back, are removed', async (t) => {
  const { samples, ops } = open(t);
  samples.write([sample(start + 10 * day, { streams: 1 }), sample(start + 10 * day + 400, { streams: 1 })]);
  samples.write([sample(start, { streams: 2 })]);
  samples.write([sample(start + 300, { streams: 4 })]);
  t.same(ops.prepare('SELECT at FROM sample').pluck().all(), [start, start + 300]);
  t.same(ops.prepare('SELECT DISTINCT at FROM sample_rollup').pluck().all(), [start]);
});
