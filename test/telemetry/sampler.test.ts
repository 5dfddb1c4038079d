import t, { type Test } from 'tap';
import { createBus } from '../../src/core/bus.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createLiveIndex } from '../../src/index/live.ts';
import { searchThreadFile } from '../../src/index/live-thread.ts';
import { prepareLibraryVersion } from '../../src/index/repository.ts';
import { createSampleRepository } from '../../src/telemetry/repository.ts';
import { createSampler } from '../../src/telemetry/sampler.ts';
import type { Source } from '../../src/telemetry/sources.ts';
import { addExperience, createLibrary } from '../support/entries.ts';
import { makeFolder } from '../support/folder.ts';

const start = Date.parse('2026-11-22T14:00:00.000Z');

async function setUp(t: Test, sources: Record<string, Source> = {}) {
  const { config, library } = createLibrary(makeFolder(t));
  const reader = openDatabase(config.databasePath, { busyMs: 100 });
  const ops = prepareOps(config.opsDatabasePath);
  const bus = createBus();
  const clock = { ms: start };
  const errors: string[] = [];
  const liveIndex = createLiveIndex({
    config,
    libraryVersion: prepareLibraryVersion(library),
    threadFile: searchThreadFile,
    hasRoom: () => true,
    onStatements() {},
    countUsage() {},
    onChange: () => bus.emit('index'),
    onError: t.fail,
  });
  const samples = createSampleRepository(ops);
  const sampler = createSampler({
    library: reader,
    liveIndex,
    bus,
    samples,
    sources,
    intervalMs: 5000,
    now: () => new Date(clock.ms),
    onError: (error, what) => errors.push(`${what}: ${error.message}`),
  });
  await liveIndex.start();
  t.teardown(async () => {
    await sampler.stop();
    await sampler.stop();
    await liveIndex.stop();
    reader.close();
    library.close();
    ops.close();
  });
  const rows = () => ops.prepare('SELECT at, streams FROM sample ORDER BY at').all();
  return { config, library, liveIndex, bus, clock, errors, samples, sampler, rows };
}

t.test('a change by another program is emitted once, and the index state follows', async (t) => {
  const { library, liveIndex, bus, sampler } = await setUp(t);
  let emitted = 0;
  bus.on('library', () => emitted++);

  await sampler.runOnce();
  t.equal(emitted, 0);
  addExperience(library, 'E1');
  await sampler.runOnce();
  await sampler.runOnce();
  t.equal(emitted, 1);
  t.match(liveIndex.indexState(), { entries: 1, missing: 1 });
});

t.test('a sample has a multiple of the interval as its time, and is written before its event', async (t) => {
  const { bus, clock, sampler, samples, rows } = await setUp(t, { web: () => ({ streams: 3 }) });
  t.equal(sampler.latest(), null);
  const written: unknown[] = [];
  bus.on('sample', () => written.push(samples.latest()?.streams));
  clock.ms = start + 7123;
  await sampler.runOnce();
  clock.ms = start + 10_020;
  await Promise.all([sampler.runOnce(), sampler.runOnce()]);
  t.same(rows(), [
    { at: start / 1000 + 5, streams: 3 },
    { at: start / 1000 + 10, streams: 3 },
  ]);
  t.same(written, [3, 3]);
  t.match(sampler.latest(), { at: start / 1000 + 10, streams: 3, queue_pending: null });
});

t.test('while another process holds ops.db, no sample waits and none is lost', async (t) => {
  const { config, clock, errors, sampler, rows } = await setUp(t, { web: () => ({ streams: 1 }) });
  const other = openDatabase(config.opsDatabasePath, { busyMs: 100 });
  t.teardown(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  for (clock.ms = start; clock.ms < start + 15_000; clock.ms += 5000) await sampler.runOnce();
  t.same(rows(), []);
  t.match(sampler.latest(), { at: start / 1000 + 10 }, 'the newest is known all the same');
  other.exec('COMMIT');
  await sampler.runOnce();
  t.same(
    rows().map((row) => (row as { at: number }).at - start / 1000),
    [0, 5, 10, 15],
  );
  t.same(errors, ['samples: database is locked'], 'reported once');
});

t.test('a failing source leaves its readings null, and is reported once until it works again', async (t) => {
  let isBroken = true;
  const broken = async () => {
    if (isBroken) throw new Error('no such disk');
    return { disk_free_bytes: 7 };
  };
  const { clock, errors, sampler } = await setUp(t, { broken, web: () => ({ streams: 2 }) });
  await sampler.runOnce();
  clock.ms += 5000;
  await sampler.runOnce();
  t.match(sampler.latest(), { disk_free_bytes: null, streams: 2 });
  t.same(errors, ['broken: no such disk']);
  isBroken = false;
  await sampler.runOnce();
  t.match(sampler.latest(), { disk_free_bytes: 7 });
  isBroken = true;
  await sampler.runOnce();
  t.equal(errors.length, 2);
});
