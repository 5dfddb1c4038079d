import t from 'tap';
import { createCache } from '../../src/core/cache.ts';
import { keepResults } from '../../src/schedule-store/keep-results.ts';

t.test('a result is computed once, and an error is not kept', async (t) => {
  const asked: string[] = [];
  const now = () => new Date();
  const limits = {
    reads: 'viewer' as const,
    about: '',
    entries: 9,
    bytes: 10_000,
    sizeOf: () => 8,
    show: String,
    now,
  };
  const kept = keepResults(createCache<number>('lengths', limits), (key) => {
    asked.push(key);
    if (key === 'bad') throw new Error('no');
    return key.length;
  });
  t.strictSame(['a', 'bb', 'a', 'bb'].map(kept), [1, 2, 1, 2]);
  t.strictSame(asked, ['a', 'bb']);
  t.throws(() => kept('bad'));
  t.throws(() => kept('bad'));
  t.equal(asked.length, 4);
});
