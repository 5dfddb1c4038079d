// Prices, amounts and their texts, days, and the use of budgets.
import t from 'tap';
import { amountOf, sumOf } from '../../src/cost-store/amounts.ts';
import { useOfBudget } from '../../src/cost-store/budget.ts';
import { dayBefore, isDay, monthOf, startOf } from '../../src/cost-store/days.ts';
import { formatAmount } from '../../src/cost-store/format-amount.ts';

t.test('a price pays for a million tokens, an hour, or a GB and month', async (t) => {
  t.equal(amountOf('embedding_tokens', 2_500_000, 0.02), 0.05);
  t.equal(amountOf('job_cpu_sec', 1800, 0.1), 0.05);
  t.equal(amountOf('server_cpu_sec', 3600, 0.1), 0.1);
  t.equal(amountOf('disk_bytes', 30e9, 0.5), 0.5, '30 GB for one of 30 days');
  t.equal(amountOf('embedding_tokens', 0, 0.02), 0);
});

t.test('without a price there is no amount, and no sum of none', async (t) => {
  t.equal(amountOf('embedding_tokens', 2_500_000, null), null);
  t.equal(sumOf([]), null);
  t.equal(sumOf([null, null]), null);
  t.equal(sumOf([null, 0.5, 0.25]), 0.75);
});

t.test('an amount is written with its currency, and a small one exactly', async (t) => {
  t.equal(formatAmount(4.1, 'EUR'), '€4.10');
  t.equal(formatAmount(1234.5, 'USD'), '$1,234.50');
  t.equal(formatAmount(4.1, ''), '4.10');
  t.equal(formatAmount(0.0008, ''), '0.0008');
  t.equal(formatAmount(0.05, 'EUR'), '€0.05');
  t.equal(formatAmount(0, ''), '0.00');
  t.equal(formatAmount(null, 'EUR'), '–');
  t.equal(formatAmount(40.123, ''), '40.12');
});

t.test('days and months are those of the calendar', async (t) => {
  t.equal(dayBefore('2026-03-01', 1), '2026-02-28');
  t.equal(dayBefore('2026-12-31', -1), '2027-01-01');
  t.same(monthOf('2026-12-15'), { from: '2026-12-01', to: '2027-01-01' });
  t.equal(startOf('2026-11-30').getTime(), new Date(2026, 10, 30).getTime());
  for (const day of ['2026-02-30', '2026-2-3', 'today', '2026-13-01', '0000-00-00']) t.notOk(isDay(day), day);
  t.ok(isDay('2028-02-29'));
});

const november = { from: new Date(2026, 10, 1), to: new Date(2026, 11, 1) };

t.test('a pace names the day on which a budget will be used up', async (t) => {
  const now = new Date(2026, 10, 16);
  t.same(useOfBudget(20, 30, { ...november, now }), {
    amount: 20,
    budget: 30,
    share: 20 / 30,
    pace_day: '2026-11-23',
  });
  t.equal(useOfBudget(10, 30, { ...november, now }).pace_day, null, 'after the month');
  t.equal(useOfBudget(30, 30, { ...november, now }).pace_day, null, 'used up already');
  t.equal(useOfBudget(0, 30, { ...november, now }).pace_day, null);
});

t.test('without an amount or a budget nothing is used', async (t) => {
  const now = new Date(2026, 10, 16);
  t.same(useOfBudget(null, 30, { ...november, now }).share, null);
  t.same(useOfBudget(20, null, { ...november, now }).share, null);
  t.same(useOfBudget(0, 0, { ...november, now }).share, 0);
  t.same(useOfBudget(0.01, 0, { ...november, now }).share, 1);
});
