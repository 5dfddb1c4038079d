// Entered costs and closed days.
import t, { type Test } from 'tap';
import type { Audit } from '../../src/core/audit.ts';
import { createBus } from '../../src/core/bus.ts';
import { closeDays } from '../../src/costs/close-days.ts';
import { createCostEdits } from '../../src/costs/cost-edits.ts';
import { keptDays } from '../../src/cost-store/days.ts';
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
  t.match(costBook.days(2), [{ amount: 2, is_manual: false, is_closed: true }], 'it was closed beneath');
  t.match(
    rows.map(({ event, target, detail }) => [event, target, detail]),
    [
      ['cost.changed', 'cost:2026-11-14/embedding_tokens', { before: null, after: { amount: 3 } }],
      ['cost.changed', 'cost:2026-11-14/embedding_tokens', { before: { amount: 3 }, after: { amount: 4 } }],
      ['cost.removed', 'cost:2026-11-14/embedding_tokens', { before: { amount: 4 }, after: { amount: 2 } }],
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
  for (const day of ['2026-11-16', '2025-10-11', 'today']) t.same(await fieldsOf({ day }), ['day'], day);
  for (const item of ['other:', 'other:-a', 'other:A', 'embedded_manuals', `other:${'a'.repeat(41)}`])
    t.same(await fieldsOf({ item }), ['item'], item);
  for (const note of ['a\u0000b', 'a\r\nb', 'a\u2028b'])
    t.same(await fieldsOf({ note }), ['note'], encodeURI(note));
  for (const amount of ['3', Number.NaN, Number.POSITIVE_INFINITY, 1e10, 1e-320, 0.00009, null])
    t.same(await fieldsOf({ amount }), ['amount'], String(amount));
  t.same(await fieldsOf({ day: '2025-10-12', item: 'other:a-1', amount: 0 }), []);
});

t.test('the first day of which a cost is accepted is listed', async (t) => {
  const { costBook, edits } = open(t);
  await edits.put({ day: '2025-10-12', item: 'other:a', amount: 1, note: 'n' }, operator);
  t.match(costBook.days(keptDays), [{ day: '2025-10-12' }]);
});

t.test('a line keeps its own currency, and can be brought into another one', async (t) => {
  const { close, costBook, edits, prices, rows, use } = open(t);
  use('2026-11-14', 'embedding_tokens', 1e6);
  use('2026-11-14', 'job_cpu_sec', 60);
  Object.assign(prices, { tokenPrice: 0.1, currency: 'EUR' });
  close();
  prices.currency = 'USD';
  const cpu = { ...bill, item: 'job_cpu_sec' };
  for (const one of [bill, cpu]) await edits.put({ ...one, amount: 9 }, operator);
  t.match(costBook.days(2), [
    { amount: 9, currency: 'USD', unit_price: 0.1, quantity: 1e6 },
    { amount: 9, currency: 'USD' },
  ]);
  prices.currency = 'GBP';
  await edits.put({ ...bill, amount: 9 }, operator);
  t.match(costBook.find(bill.day, bill.item), { amount: 9, currency: 'GBP' }, 'the same amount again');
  t.match(rows.at(-1)?.detail, { before: { currency: 'USD' }, after: { currency: 'GBP' } });
  for (const one of [bill, cpu]) await edits.remove(one, operator);
  t.match(costBook.days(2), [
    { amount: 0.1, currency: 'EUR', is_manual: false, is_closed: true },
    { amount: null, currency: null, unit_price: null },
  ]);
});

t.test('a day that was closed before its end goes on, and is closed again', async (t) => {
  const { clock, close, costBook, prices, use } = open(t);
  prices.tokenPrice = 1;
  use('2026-11-14', 'embedding_tokens', 1e6);
  close();
  clock.at = '2026-11-14T12:00:00';
  use('2026-11-14', 'embedding_tokens', 1e6);
  prices.tokenPrice = 2;
  t.match(costBook.days(1), [{ quantity: 2e6, amount: 4, is_closed: false }], 'the clock was set back');
  clock.at = '2026-11-15T12:00:00';
  close();
  t.match(costBook.days(2), [{ quantity: 2e6, amount: 2, unit_price: 1, is_closed: true }]);
});

t.test('a day that was closed by a clock of another zone has the prices of its true end', async (t) => {
  const { close, costBook, costRepository, prices, use } = open(t);
  Object.assign(prices, { tokenPrice: 1, currency: 'EUR' });
  use('2026-11-14', 'embedding_tokens', 2e6);
  const early = {
    ...bill,
    quantity: 1e6,
    unit_price: 9,
    amount: 9,
    currency: 'USD',
    note: null,
    is_estimate: false,
  };
  const changed = { changed_at: new Date('2026-11-14T23:00:00').toISOString(), changed_by: 'system' };
  costRepository.put({ ...early, ...changed, is_manual: false });
  t.same(close(), { days: 1, lines: 1 });
  t.match(costBook.days(2), [{ quantity: 2e6, amount: 2, unit_price: 1, currency: 'EUR' }]);
});

t.test('usage that is written after the close is added at the price of its day', async (t) => {
  const { close, costBook, edits, prices, use } = open(t);
  Object.assign(prices, { tokenPrice: 2, currency: 'EUR' });
  use('2026-11-14', 'embedding_tokens', 1e6);
  close();
  Object.assign(prices, { tokenPrice: 9, currency: 'USD' });
  use('2026-11-14', 'embedding_tokens', 5e5, true);
  t.same(close(), { days: 1, lines: 1 });
  t.match(costBook.days(2), [{ quantity: 1.5e6, amount: 3, currency: 'EUR', is_estimate: true }]);
  await edits.put(bill, operator);
  use('2026-11-14', 'embedding_tokens', 5e5);
  close();
  t.match(costBook.days(2), [{ quantity: 2e6, amount: 3, is_manual: true }], 'beneath an amount by hand');
});

t.test('an editor never replaces a newer amount, and a new line none', async (t) => {
  const { costBook, edits } = open(t);
  const hosting = { day: '2026-11-14', item: 'other:hosting', amount: 5, note: 'bill 1' };
  await edits.put(hosting, operator, { mustBeNew: true });
  await t.rejects(edits.put({ ...hosting, amount: 6 }, operator, { mustBeNew: true }), {
    code: 'invalid_arguments',
    message: /There is a line hosting on 14 Nov 2026: change it\./,
  });
  const shown = { amount: '4', note: 'bill 1' };
  await t.rejects(edits.put({ ...hosting, amount: 6 }, operator, { shown }), {
    code: 'edit_conflict',
    message: /^Amount: Changed by .* to 5; yours is 6/,
  });
  await edits.put({ ...hosting, amount: 6 }, operator, { shown: { amount: '5', note: 'bill 1' } });
  t.match(costBook.find(hosting.day, hosting.item), { amount: 6 });
});
