import t from 'tap';
import { keepResults } from '../../src/schedule-store/keep-results.ts';

t.test('a result is computed once, until too many are kept', async (t) => {
  const asked: string[] = [];
  const kept = keepResults(2, (key) => {
    asked.push(key);
    if (key === 'bad') throw new Error('no');
    return key.length;
  });
  t.strictSame(['a', 'bb', 'a', 'bb'].map(kept), [1, 2, 1, 2]);
  t.strictSame(asked, ['a', 'bb']);
  kept('ccc');
  kept('a');
  t.strictSame(asked, ['a', 'bb', 'ccc', 'a']);
  t.throws(() => kept('bad'));
  t.throws(() => kept('bad'));
  t.equal(asked.length, 6, 'an error is not kept');
});
