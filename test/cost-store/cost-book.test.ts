// The lines of costs and their sums: usage at the present prices, closed days at theirs.
import t from 'tap';
import type { CostRow } from '../../src/cost-store/cost-repository.ts';
import { openCosts } from '../support/costs.ts';

const stored: CostRow = {
  day: '2026-11-14',
  item: 'embedding_tokens',
  quantity: 1e6,
  unit_price: 0.5,
  amount: 0.5,
  currency: 'EUR',
  is_estimate: false,
  is_manual: false,
  note: null,
  changed_at: '2026-11-15T00:10:00.000Z',
  changed_by: 'system',
};

t.test('an open day has the present prices, and counted and estimated parts as one', async (t) => {
  const { costBook, prices, use } = openCosts(t);
  use('2026-11-15', 'embedding_tokens', 1e6);
  use('2026-11-15', 'embedding_tokens', 5e5, true);
  use('2026-11-15', 'job_cpu_sec', 60);
  t.match(costBook.days(1), [
    { item: 'embedding_tokens', quantity: 1.5e6, amount: null, is_estimate: true, is_closed: false },
    { item: 'job_cpu_sec', quantity: 60, amount: null, currency: null, is_estimate: false },
  ]);
  t.same(costBook.month(), {
    ...{ amount: null, budget: null, share: null, pace_day: null },
    left_out: [],
  });
  Object.assign(prices, { tokenPrice: 2, currency: 'EUR', monthBudget: 4 });
  t.match(costBook.days(1)[0], { amount: 3, unit_price: 2, currency: 'EUR' });
  t.match(costBook.month(), { amount: 3, share: 0.75 });
  t.equal(costBook.estimate(250_000), 0.5);
});

t.test('a closed day keeps its price', async (t) => {
  const { costBook, costRepository, prices, use } = openCosts(t);
  use('2026-11-14', 'embedding_tokens', 1e6);
  costRepository.put(stored);
  Object.assign(prices, { tokenPrice: 7, currency: 'EUR' });
  t.match(costBook.days(2), [{ amount: 0.5, unit_price: 0.5, is_closed: true }]);
});

t.test('an entered line of a day that is not closed shows what was used', async (t) => {
  const { costBook, costRepository, use } = openCosts(t);
  use('2026-11-15', 'embedding_tokens', 300, true);
  const entered = { ...stored, day: '2026-11-15', quantity: null, unit_price: null, is_manual: true };
  costRepository.put({ ...entered, amount: 9, note: 'the bill' });
  t.match(costBook.days(1), [{ quantity: 300, amount: 9, is_manual: true, is_estimate: true }]);
});

t.test('sums cover the month or the day, in the present currency alone', async (t) => {
  const { costBook, costRepository, prices } = openCosts(t);
  Object.assign(prices, { currency: 'EUR', dayBudget: 10 });
  const put = (day: string, amount: number, currency: string | null) =>
    costRepository.put({ ...stored, day, item: 'other:x', amount, currency, is_manual: true });
  put('2026-10-31', 1, 'EUR');
  put('2026-11-01', 2, 'EUR');
  put('2026-11-14', 4, 'USD');
  put('2026-11-15', 8, null);
  t.match(costBook.month(), { amount: 10, left_out: [{ currency: 'USD', amount: 4 }] });
  t.match(costBook.day(), { amount: 8, budget: 10, share: 0.8, left_out: [] });
  t.same(
    costBook.days(3).map(({ day }) => day),
    ['2026-11-14', '2026-11-15'],
  );
});

t.test('ten lines of 0.10 use up a budget of 1', async (t) => {
  const { costBook, costRepository, prices } = openCosts(t);
  prices.dayBudget = 1;
  for (let at = 0; at < 10; at++)
    costRepository.put({
      ...stored,
      day: '2026-11-15',
      item: `other:x${at}`,
      amount: 0.1,
      currency: null,
      is_manual: true,
    });
  t.match(costBook.day(), { amount: 1, share: 1, pace_day: null });
});
