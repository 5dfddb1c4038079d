import t from 'tap';
import { createCache, createCaches, ofText } from '../../src/core/cache.ts';

const limits = { ...ofText, reads: 'viewer' as const, about: 'Texts of a test.', entries: 3, bytes: 10_000 };

function openCache(given: Partial<typeof limits & { ttlMs: number }> = {}) {
  const clock = { ms: 0 };
  const cache = createCache<string>('texts', { ...limits, ...given, now: () => new Date(clock.ms) });
  return { cache, clock };
}

t.test('reads are counted as hits and misses', async (t) => {
  const { cache } = openCache();
  t.equal(cache.get('a'), undefined);
  cache.set('a', 'one');
  t.equal(cache.get('a'), 'one');
  t.equal(cache.get('a'), 'one');
  t.equal(cache.peek('a'), 'one');
  t.equal(cache.preview('a'), 'one');
  t.match(cache.figures(), { entries: 1, bytes: 104, hits: 2, misses: 1, evictions: 0 });
  t.strictSame(cache.list(), [{ key: 'a', hits: 2, bytes: 104, at: new Date(0) }]);
});

t.test('entries that were not used make room first', async (t) => {
  const { cache } = openCache();
  for (const key of ['a', 'b', 'c']) cache.set(key, key);
  cache.get('a');
  cache.set('d', 'd');
  t.strictSame(
    cache
      .list()
      .map(({ key }) => key)
      .sort(),
    ['a', 'c', 'd'],
  );
  for (const key of ['a', 'c']) cache.get(key);
  cache.set('e', 'e');
  t.equal(cache.peek('e'), 'e', 'the newest stays although all others were used');
  t.match(cache.figures(), { entries: 3, evictions: 2 });
});

t.test('the bytes are bounded, and a value larger than the cache is not kept', async (t) => {
  const { cache } = openCache({ bytes: 1000, entries: 1000 });
  for (let i = 0; i < 50; i++) {
    cache.set(`key ${i}`, 'x'.repeat(200));
    t.ok(cache.figures().bytes <= 1000);
  }
  t.equal(cache.figures().entries, 3);
  cache.set('large', 'x'.repeat(1000));
  t.equal(cache.peek('large'), undefined);
  t.equal(cache.figures().entries, 3);
});

t.test('an entry that is too old is a miss, and is gone', async (t) => {
  const { cache, clock } = openCache({ ttlMs: 10 });
  cache.set('a', 'one');
  clock.ms = 9;
  t.equal(cache.get('a'), 'one');
  clock.ms = 10;
  t.equal(cache.get('a'), undefined);
  t.match(cache.figures(), { entries: 0, bytes: 0, hits: 1, misses: 1, evictions: 1 });
});

t.test('a value that is replaced keeps its hits, and its bytes are counted once', async (t) => {
  const { cache } = openCache();
  cache.set('a', 'one');
  cache.get('a');
  cache.set('a', 'longer');
  t.match(cache.list(), [{ key: 'a', hits: 1, bytes: 107 }]);
  t.equal(cache.figures().bytes, 107);
});

t.test('clearing answers the number of entries, and the next read is a miss', async (t) => {
  const { cache } = openCache();
  for (const key of ['a', 'b']) cache.set(key, key);
  t.equal(cache.clear(), 2);
  t.equal(cache.get('a'), undefined);
  t.match(cache.figures(), { entries: 0, bytes: 0, misses: 1 });
  t.equal(cache.clear(), 0);
});

t.test('concurrent makers of a value share one run, whose error is not kept', async (t) => {
  const { cache } = openCache();
  let runs = 0;
  const make = async () => `run ${++runs}`;
  t.strictSame(await Promise.all([cache.through('a', make), cache.through('a', make)]), ['run 1', 'run 1']);
  t.equal(await cache.through('a', make), 'run 1');
  const fail = async () => {
    throw new Error('no');
  };
  await t.rejects(Promise.all([cache.through('b', fail), cache.through('b', fail)]), { message: 'no' });
  t.equal(await cache.through('b', make), 'run 2');
});

t.test('a value is not kept if its key was deleted while it was made', async (t) => {
  for (const forget of ['delete', 'clear'] as const) {
    const { cache } = openCache();
    let end = (_text: string) => {};
    const making = cache.through('a', () => new Promise<string>((resolve) => (end = resolve)));
    cache[forget]('a');
    const newer = cache.through('a', async () => 'new');
    end('old');
    t.equal(await making, 'old');
    t.equal(await newer, 'new');
    t.equal(cache.peek('a'), 'new');
  }
});

t.test('the caches of a server have names of their own', async (t) => {
  const caches = createCaches(() => new Date(0));
  caches.create('b', limits);
  caches.add(openCache().cache);
  t.strictSame(
    caches.all().map(({ name }) => name),
    ['b', 'texts'],
  );
  t.equal(caches.find('texts')?.about, limits.about);
  t.equal(caches.find('none'), null);
  t.throws(() => caches.create('b', limits), { message: 'Two caches are named b.' });
});
