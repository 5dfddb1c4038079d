import t from 'tap';
import { inSlices } from '../../src/core/slices.ts';

const slicing = { sliceMs: 5, maxMs: 1000, first: 4, min: 2 };

t.test(
  'pieces cover the range once, in either direction, and the event loop runs between them',
  async (t) => {
    for (const isUp of [true, false]) {
      const seen: number[] = [];
      let turns = 0;
      let isDone = false;
      const beat = () => {
        turns += 1;
        if (!isDone) setImmediate(beat);
      };
      beat();
      const stopped = await inSlices({ from: 3, to: 40, isUp }, slicing, (from, to) => {
        for (let at = from; at < to; at++) seen.push(at);
        return true;
      });
      isDone = true;
      t.equal(stopped, null);
      t.same(
        seen.toSorted((a, b) => a - b),
        Array.from({ length: 37 }, (_, n) => n + 3),
      );
      t.equal(seen.includes(3) && seen[isUp ? 0 : 36] === (isUp ? 3 : seen[36]), true);
      t.ok(turns > 2, 'other work ran in between');
    }
  },
);

t.test('it ends when the work returns false, or gives where the time was over', async (t) => {
  const pieces: number[][] = [];
  const range = { from: 0, to: 1000, isUp: false };
  await inSlices(range, slicing, (from, to) => pieces.push([from, to]) < 2);
  t.equal(pieces.length, 2);
  t.same(pieces[0], [996, 1000]);
  t.equal(await inSlices(range, { ...slicing, maxMs: -1 }, () => true), 1000, 'nothing was looked at');
  t.equal(await inSlices({ from: 5, to: 5, isUp: true }, slicing, () => t.fail('nothing to do')), null);
});
