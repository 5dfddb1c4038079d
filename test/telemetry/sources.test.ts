import t from 'tap';
import { createCaches } from '../../src/core/cache.ts';
import {
  cachesSource,
  createRequestTally,
  embeddingRate,
  type SampledWorker,
  workersSource,
} from '../../src/telemetry/sources.ts';

const worker = (claimant: string, more: Partial<SampledWorker> = {}): SampledWorker => ({
  claimant,
  view: 'working',
  failed: 0,
  rate_per_min: 0,
  ...more,
});

t.test('workers are counted by state, failures since the previous reading', async (t) => {
  let workers = [worker('embed-1/a', { failed: 7 }), worker('embed-2/b', { view: 'paused', failed: 1 })];
  const read = workersSource(() => workers);
  t.match(await read(), { workers_working: 1, workers_paused: 1, workers_lost: 0, embedding_failures: 0 });
  workers = [worker('embed-1/a', { failed: 9 }), worker('embed-2/c', { view: 'lost', failed: 3 })];
  t.match(
    await read(),
    { workers_paused: 0, workers_lost: 1, embedding_failures: 5 },
    'a new process counts from 0',
  );
  t.match(await read(), { embedding_failures: 0 });
});

t.test(
  'the rate is that of workers and jobs together, and unknown while a job has not measured its own',
  async (t) => {
    const workers = [worker('a', { rate_per_min: 30 }), worker('b', { rate_per_min: 12 })];
    const rateWith = (ofJobs: number | null, all = workers) =>
      embeddingRate(all, { embeddingRate: () => ofJobs });
    t.equal(rateWith(0), 42);
    t.equal(rateWith(600), 642);
    t.equal(rateWith(null), 42);
    t.equal(rateWith(null, []), null);
    t.equal(rateWith(0, []), 0);
  },
);

t.test('requests and reads of caches are counted since the previous reading', async (t) => {
  const { add, read } = createRequestTally();
  add();
  add();
  t.same(read(), { requests: 2 });
  t.same(read(), { requests: 0 });

  const caches = createCaches(() => new Date());
  const limits = {
    reads: 'viewer',
    about: '',
    entries: 9,
    bytes: 9999,
    sizeOf: () => 1,
    show: String,
  } as const;
  const [one, other] = [caches.create<number>('one', limits), caches.create<number>('other', limits)];
  one.get('before');
  const readCaches = cachesSource(caches);
  one.set('a', 1);
  one.get('a');
  one.get('a');
  other.get('b');
  t.same(await readCaches(), { cache_hits: 2, cache_misses: 1 });
  one.clear();
  t.same(await readCaches(), { cache_hits: 0, cache_misses: 0 }, 'a flush keeps the counts');
});
