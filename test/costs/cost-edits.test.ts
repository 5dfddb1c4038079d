// Entered costs and closed days.
import t, { type Test } from 'tap';
import type { Audit } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { closeDays } from '../../src/costs/close-days.ts';
import { createCostEdits } from '../../src/costs/cost-edits.ts';
import { openCosts } from '../support/costs.ts';
import { operator } from '../support/engine.ts';

function open(t: Test) {
  const costs = openCosts(t);
  const rows: { event: string; target?: string | null; detail?: unknown }[] = [];
  const audit = { record: (row: (typeof rows)[number]) => rows.push(row) } as unknown as Audit;
  const edits = createCostEdits({ ...costs, audit, bus: createBus() });
  const close = (day?: string) =>
    closeDays({ ...costs, now: costs.now(), assertFence: costs.assertFence }, day);
  return { ...costs, rows, edits, close };
}

const bill = { day: '2026-11-14', item: 'embedding_tokens', amount: 3, note: 'bill 7' };

t.test('closing freezes usage and prices of past days, once', async (t) => {
  const { close, costBook, prices, use } = open(t);
  use('2026-11-13', 'job_cpu_sec', 3600);
  use('2026-11-14', 'embedding_tokens', 1e6);
  use('2026-11-14', 'embedding_tokens', 1e6, true);
  use('2026-11-15', 'embedding_tokens', 5);
  Object.assign(prices, { tokenPrice: 2, currency: 'EUR' });
  t.same(close(), { days: 2, lines: 2 });
  prices.tokenPrice = 9;
  t.same(close(), { days: 0, lines: 0 }, 'twice is once');
  t.match(costBook.days(3), [
    { item: 'job_cpu_sec', quantity: 3600, amount: null, unit_price: null, is_closed: true },
    { item: 'embedding_tokens', quantity: 2e6, amount: 4, unit_price: 2, currency: 'EUR', is_estimate: true },
    { day: '2026-11-15', is_closed: false },
  ]);
});

t.test('one day can be closed, and an attempt that was given up closes none', async (t) => {
  const { close, costBook, fence, use } = open(t);
  use('2026-11-13', 'job_cpu_sec', 1);
  use('2026-11-14', 'job_cpu_sec', 1);
  fence.isLost = true;
  t.throws(() => close());
  t.match(costBook.days(3), [{ is_closed: false }, { is_closed: false }]);
  fence.isLost = false;
  t.same(close('2026-11-14'), { days: 1, lines: 1 });
  t.match(costBook.days(3), [{ is_closed: false }, { is_closed: true }]);
});

t.test('an entered amount replaces the computed one until it is removed', async (t) => {
  const { close, costBook, edits, prices, rows, use } = open(t);
  Object.assign(prices, { tokenPrice: 2, currency: 'EUR' });
  use('2026-11-14', 'embedding_tokens', 1e6);
  t.same(await edits.put(bill, operator), { isNew: true });
  close();
  t.match(
    costBook.days(2),
    [{ amount: 3, is_manual: true, note: 'bill 7', quantity: 1e6 }],
    'closing leaves it',
  );
  t.same(await edits.put({ ...bill, amount: 4 }, operator), { isNew: false });
  await edits.remove(bill, operator);
  t.match(costBook.days(2), [{ amount: 2, is_manual: false, is_closed: false }]);
  t.match(
    rows.map(({ event, target, detail }) => [event, target, detail]),
    [
      ['cost.changed', 'cost:2026-11-14/embedding_tokens', { before: null, after: { amount: 3 } }],
      ['cost.changed', 'cost:2026-11-14/embedding_tokens', { before: { amount: 3 }, after: { amount: 4 } }],
      ['cost.removed', 'cost:2026-11-14/embedding_tokens', { before: { amount: 4 }, after: null }],
    ],
  );
});

t.test('a closed amount comes back with the price of its day', async (t) => {
  const { close, costBook, edits, prices, use } = open(t);
  prices.tokenPrice = 2;
  use('2026-11-14', 'embedding_tokens', 1e6);
  close();
  await edits.put(bill, operator);
  prices.tokenPrice = 50;
  t.match(costBook.days(2), [{ amount: 3, is_manual: true }]);
  await edits.remove(bill, operator);
  t.match(costBook.days(2), [{ amount: 2, unit_price: 2, is_manual: false, note: null, is_closed: true }]);
});

t.test('a line of its own needs no usage', async (t) => {
  const { costBook, edits } = open(t);
  const hosting = { day: '2026-11-15', item: 'other:hosting', amount: 12, note: 'server' };
  await edits.put(hosting, operator);
  t.match(costBook.days(1), [{ item: 'other:hosting', amount: 12, quantity: null }]);
  t.equal(costBook.month().amount, 12);
  await edits.remove(hosting, operator);
  t.same(costBook.days(1), []);
  await t.rejects(edits.remove(hosting, operator), { code: 'not_found' });
});

t.test('all faults come at once', async (t) => {
  const { edits } = open(t);
  const fieldsOf = async (cost: object) => {
    const error = await edits.put({ ...bill, ...cost }, operator).then(
      () => null,
      (one: { code: string; details: { problems: { field: string }[] } }) => one,
    );
    return error?.details.problems.map(({ field }) => field) ?? [];
  };
  t.same(await fieldsOf({ day: '2026-11-31', item: 'gold', amount: -1, note: ' ' }), [
    'day',
    'item',
    'amount',
    'note',
  ]);
  t.same(await fieldsOf({ amount: undefined, note: undefined }), ['amount', 'note']);
  for (const day of ['2026-11-16', '2025-10-10', 'today']) t.same(await fieldsOf({ day }), ['day'], day);
  for (const item of ['other:', 'other:-a', 'other:A', 'embedded_manuals', `other:${'a'.repeat(41)}`])
    t.same(await fieldsOf({ item }), ['item'], item);
  for (const amount of ['3', Number.POSITIVE_INFINITY, 1e10, null])
    t.same(await fieldsOf({ amount }), ['amount'], String(amount));
  t.same(await fieldsOf({ day: '2025-10-11', item: 'other:a-1', amount: 0 }), []);
});
