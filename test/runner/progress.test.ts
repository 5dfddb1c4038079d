import { performance } from 'node:perf_hooks';
import t from 'tap';
import type { Progress } from '../../src/jobs/job.ts';
import { createProgressMeter } from '../../src/runner/progress.ts';

/** A meter and what it published; the test moves the monotonic clock. */
function openMeter(t: { intercept: typeof import('tap').t.intercept; teardown(work: () => void): void }) {
  const clock = { ms: 1_000_000 };
  t.intercept(performance, 'now', { value: () => clock.ms });
  const published: Progress[] = [];
  const meter = createProgressMeter(
    (progress) => published.push(progress),
    () => new Date(clock.ms),
  );
  t.teardown(meter.flush);
  const note = (done: number, phase?: string, total = 100) =>
    meter.note({ type: 'progress', done, total, ...(phase === undefined ? {} : { phase }) });
  return { clock, published, meter, note };
}

t.test(
  'the first state is published at once, the last one always, others at most every 200 ms',
  async (t) => {
    const { clock, published, meter, note } = openMeter(t);
    for (let done = 1; done <= 1000; done++) {
      clock.ms += 1;
      note(done, 'work', 1000);
    }
    meter.flush();
    const shown = published.map(({ done }) => done);
    t.same(shown, [1, 201, 401, 601, 801, 1000]);
  },
);

t.test('a waiting state is published when its time comes, without another message', async (t) => {
  const published: number[] = [];
  const shown = new Promise<void>((resolve) => {
    const meter = createProgressMeter(
      ({ done }) => published.push(done) === 2 && resolve(),
      () => new Date(),
    );
    for (const done of [1, 2, 3]) meter.note({ type: 'progress', done });
  });
  await shown;
  t.same(published, [1, 3]);
});

t.test('a flush publishes nothing twice', async (t) => {
  const { published, meter, note } = openMeter(t);
  meter.flush();
  note(1);
  meter.flush();
  meter.flush();
  t.equal(published.length, 1);
});

t.test('omitted fields are null, and each phase has its own start', async (t) => {
  const { clock, published, meter } = openMeter(t);
  meter.note({ type: 'progress', done: 1 });
  clock.ms += 500;
  meter.note({ type: 'progress', done: 2, total: 4, phase: 'write', note: 'half' });
  clock.ms += 500;
  meter.note({ type: 'progress', done: 3, total: 4, phase: 'write' });
  const at = (ms: number) => new Date(ms).toISOString();
  t.same(published, [
    {
      done: 1,
      total: null,
      phase: null,
      note: null,
      rate: null,
      phase_started_at: at(1_000_000),
      phases: [],
      updated_at: at(1_000_000),
    },
    {
      done: 2,
      total: 4,
      phase: 'write',
      note: 'half',
      rate: null,
      phase_started_at: at(1_000_500),
      phases: [{ name: 'write', started_at: at(1_000_500) }],
      updated_at: at(1_000_500),
    },
    {
      done: 3,
      total: 4,
      phase: 'write',
      note: null,
      rate: null,
      phase_started_at: at(1_000_500),
      phases: [{ name: 'write', started_at: at(1_000_500) }],
      updated_at: at(1_001_000),
    },
  ]);
});

t.test(
  'the rate covers the last minute, is unknown in the first second, and restarts with a phase',
  async (t) => {
    const { clock, published, note } = openMeter(t);
    const run = (seconds: number, perSecond: number, from: number, phase: string) => {
      for (let tenth = 0; tenth <= seconds * 10; tenth++, clock.ms += 100)
        note(from + (tenth * perSecond) / 10, phase);
      return published.at(-1)?.rate;
    };
    note(0, 'one');
    t.equal(published.at(-1)?.rate, null);
    t.equal(run(10, 40, 0, 'one'), 40);
    t.equal(Math.round(run(70, 10, 400, 'one') ?? 0), 10, 'the fast beginning is forgotten');
    note(0, 'two');
    clock.ms += 300;
    note(5, 'two');
    t.equal(published.at(-1)?.rate, null);
  },
);

t.test('a script that counts backwards has no negative rate', async (t) => {
  const { clock, published, note } = openMeter(t);
  note(100, 'one');
  clock.ms += 2000;
  note(10, 'one');
  t.equal(published.at(-1)?.rate, 0);
});

t.test('long names of phases and notes are cut, since each state has all phases', async (t) => {
  const { published, meter } = openMeter(t);
  for (let done = 1; done <= 45; done++)
    meter.note({
      type: 'progress',
      done,
      phase: `${done} ${'x'.repeat(900_000)}`,
      note: 'y'.repeat(900_000),
    });
  meter.flush();
  t.match(published.at(-1)?.phase, /^45 x+… \(900,003 characters\)$/);
  t.ok(JSON.stringify(published.at(-1)).length < 50_000);
});
