import t from 'tap';
import { coalesce, coalesceNext } from '../../src/core/coalesce.ts';

/** Work whose runs are ended by the test. */
function controlledRuns() {
  const ends: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  const run = () => new Promise<number>((resolve, reject) => ends.push({ resolve, reject }));
  return { ends, run };
}

t.test('concurrent calls share one run, and a later call starts another', async (t) => {
  const { ends, run } = controlledRuns();
  const shared = coalesce(run);
  const both = Promise.all([shared(), shared()]);
  ends[0]?.resolve(1);
  t.same(await both, [1, 1]);
  const later = shared();
  ends[1]?.resolve(2);
  t.equal(await later, 2);
  t.equal(ends.length, 2);
});

t.test('a failed run fails for all callers that share it, and the next call tries again', async (t) => {
  const { ends, run } = controlledRuns();
  const shared = coalesce(run);
  const both = [shared(), shared()].map((each) => t.rejects(each, { message: 'no' }));
  ends[0]?.reject(new Error('no'));
  await Promise.all(both);
  const again = shared();
  ends[1]?.resolve(2);
  t.equal(await again, 2);
});

t.test('calls during a run share the next one, and runs never overlap', async (t) => {
  let active = 0;
  let runs = 0;
  const shared = coalesceNext(async () => {
    active += 1;
    t.equal(active, 1);
    runs += 1;
    await new Promise(setImmediate);
    active -= 1;
    return runs;
  });
  const first = shared();
  const [second, third] = [shared(), shared()];
  t.equal(second, third);
  t.equal(await first, 1);
  // The first has settled, and the second may not have begun: this call must not overlap it.
  const fourth = shared();
  t.same(await Promise.all([second, fourth]), [2, await fourth]);
  t.ok(runs <= 3);
});

t.test('the next run starts after a failed one, too', async (t) => {
  const { ends, run } = controlledRuns();
  const shared = coalesceNext(run);
  const first = t.rejects(shared(), { message: 'no' });
  const second = shared();
  ends[0]?.reject(new Error('no'));
  await first;
  await new Promise(setImmediate);
  ends[1]?.resolve(2);
  t.equal(await second, 2);
});
