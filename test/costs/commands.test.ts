// The output of `chl costs`.
import t from 'tap';
import { formatCosts, type PrintedCosts } from '../../src/costs/commands.ts';

const unused = { amount: null, budget: null, share: null, pace_day: null, left_out: [] };
const line = (more: Partial<PrintedCosts['items'][number]>): PrintedCosts['items'][number] => ({
  day: '2026-11-29',
  item: 'embedding_tokens',
  quantity: 4_100_000,
  is_estimate: false,
  amount: null,
  currency: null,
  is_manual: false,
  ...more,
});

t.test('month, day and lines', async (t) => {
  const month = {
    amount: 0.81,
    budget: 2,
    share: 0.405,
    pace_day: '2026-11-30',
    left_out: [{ currency: 'USD', amount: 5 }],
  };
  const items = [
    line({ amount: 0.82, is_estimate: true }),
    line({ item: 'other:hosting', quantity: null, amount: 5, currency: 'USD', is_manual: true }),
  ];
  t.same(formatCosts({ currency: 'EUR', day: { ...unused, amount: 0.04 }, month, items }), [
    'This month: €0.81 of €2.00, 40.5% of the budget, used up on 2026-11-30 at this pace. $5.00 in another currency is left out.',
    'Today: €0.04, no budget.',
    '2026-11-29  embedding_tokens         4.1 M tokens      €0.82  estimate',
    '2026-11-29  other:hosting                       –      $5.00  by hand',
  ]);
});

t.test('without a price there is no amount', async (t) => {
  t.same(formatCosts({ currency: null, day: unused, month: unused, items: [line({})] }), [
    'This month: no amount.',
    'Today: no amount.',
    '2026-11-29  embedding_tokens         4.1 M tokens          –',
  ]);
  t.match(
    formatCosts({ currency: null, day: unused, month: unused, items: [] }).at(-1),
    'Nothing was counted.',
  );
});
