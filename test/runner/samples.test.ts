import t from 'tap';
import { createSampleRecorder, maxSamples } from '../../src/runner/samples.ts';
import { run, startWith } from '../support/runs.ts';
import { until } from '../support/until.ts';

t.test('samples are spaced, and thinned when there are 200', (t) => {
  let atMs = 0;
  let kept: { atMs: number; cpuPercent: number }[] = [];
  const store = {
    add: (sample: { atMs: number; cpuPercent: number }) => kept.push(sample),
    thin() {
      kept = kept.filter((_, at) => at % 2 === 0);
    },
  };
  const record = createSampleRecorder(store, () => new Date(atMs));
  let most = 0;
  for (let look = 0; look < 40_000; look++) {
    record({ rssBytes: 1024, cpuSec: atMs / 2000 });
    most = Math.max(most, kept.length);
    atMs += 250;
  }
  t.equal(most, maxSamples);
  t.ok(kept.length > maxSamples / 2 - 1, `${kept.length} are left`);
  t.equal(kept[0]?.atMs, 0, 'the start is kept');
  const spacings = new Set(kept.slice(1).map((sample, at) => sample.atMs - (kept[at]?.atMs ?? 0)));
  t.equal(spacings.size, 1, 'evenly spaced');
  t.same(new Set(kept.slice(1).map(({ cpuPercent }) => cpuPercent)), new Set([50]));
  t.end();
});

t.test('a job keeps the memory of its processes, and its removal drops it', async (t) => {
  const engine = startWith(t, 'sleeps');
  const job = engine.enqueue('sleeps');
  const memory = () => engine.repository.samples(job.id).map(({ rss_bytes }) => rss_bytes);
  // The first sample may be of a process that has not loaded its program yet.
  await until(() => memory().some((bytes) => bytes > 1_000_000));
  engine.verbs.cancel(String(job.number), {
    actor: 'operator',
    role: 'admin',
    peer: '',
    requestId: 'r',
    reason: null,
  });
  const { id } = await engine.whenJob(job.number);
  t.ok(memory().length > 0);
  engine.ops.prepare('DELETE FROM job WHERE id = ?').run(id);
  t.same(engine.repository.samples(id), []);
});

t.test('the database thins a series to every second sample', async (t) => {
  const engine = startWith(t, 'succeeds');
  const job = await run(engine, 'succeeds');
  engine.repository.dropSamples(job.id);
  for (let atMs = 1; atMs <= 5; atMs++)
    engine.repository.addSample(job, { atMs, rssBytes: 1, cpuPercent: 0 });
  engine.repository.thinSamples(job);
  t.same(
    engine.repository.samples(job.id).map(({ at_ms }) => at_ms),
    [1, 3, 5],
  );
});
