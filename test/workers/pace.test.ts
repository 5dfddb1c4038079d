import t from 'tap';
import { createPace } from '../../src/workers/pace.ts';

function paceAt(start = 0) {
  let present = start;
  const pace = createPace({ nowMs: () => present, targetMs: 500, maxEntries: 64 });
  return {
    pace,
    /** A batch with its number of entries and its duration. */
    batch(entries: number, ms: number) {
      present += ms;
      pace.add(entries, ms);
    },
    pass(ms: number) {
      present += ms;
    },
  };
}

t.test('batches grow step by step, until one takes half a second', async (t) => {
  const { pace, batch } = paceAt();
  const sizes = Array.from({ length: 6 }, () => {
    batch(pace.batchSize(), pace.batchSize() * 50);
    return pace.batchSize();
  });
  t.same(sizes, [2, 4, 8, 10, 10, 10]);
  batch(10, 5000);
  t.equal(pace.batchSize(), 1, 'and shrink at once');
});

t.test('a batch is never larger than allowed', async (t) => {
  const { pace, batch } = paceAt();
  for (let i = 0; i < 12; i++) batch(pace.batchSize(), 1);
  t.equal(pace.batchSize(), 64);
});

t.test('the rate covers the last minute; the speed leaves out idle time', async (t) => {
  const { pace, batch, pass } = paceAt(1_000_000);
  t.equal(pace.ratePerMin(), 0);
  t.equal(pace.speedPerMin(), null);
  t.equal(pace.p95Ms(), null);
  for (let i = 0; i < 10; i++) batch(1, 1000);
  t.equal(pace.ratePerMin(), 60, 'since the first was begun');
  pass(20_000);
  t.equal(pace.ratePerMin(), 20);
  t.equal(pace.speedPerMin(), 60);
  t.equal(pace.p95Ms(), 1000);
  pass(60_000);
  t.equal(pace.ratePerMin(), 0);
  t.equal(pace.speedPerMin(), 60);
});
