// Findings of budgets, and the pause of the workers at one that is used up.
import t, { type Test } from 'tap';
import { createAudit, type Requester } from '../../src/core/audit.ts';
import { readConfig } from '../../src/core/config.ts';
import { createBus } from '../../src/core/bus.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { createBudgetStops } from '../../src/cost-store/budget-stops.ts';
import { budgetCheck } from '../../src/costs/budget-check.ts';
import { createBudgetStop } from '../../src/costs/budget-stop.ts';
import { createCostWatch } from '../../src/costs/cost-watch.ts';
import { describeLeftOut, describeShare, formatShare } from '../../src/costs/describe-costs.ts';
import { openCosts } from '../support/costs.ts';

function open(t: Test) {
  const costs = openCosts(t, '2026-11-16T00:00:00');
  const { ops, now, prices } = costs;
  Object.assign(prices, { tokenPrice: 1, currency: 'EUR' });
  const bus = createBus();
  const audit = createAudit(
    ops,
    now,
    createRedactor(readConfig({ CHL_EXPERIENCE_ROOT: '/nowhere' }, '/nowhere')),
    bus,
    (error) => t.fail(String(error)),
  );
  const running = { paused_at: null, paused_by: null, pause_reason: null };
  const control: Record<keyof typeof running, string | null> = { ...running };
  const reasons: (string | null)[] = [];
  const workers = {
    view: () => ({ workers: [], control, lock: null, drain: null }) as never,
    async pause(_: unknown, { actor }: Requester, reason: string | null = null, remember = () => {}) {
      Object.assign(control, { paused_at: now().toISOString(), paused_by: actor, pause_reason: reason });
      reasons.push(reason);
      remember();
    },
  };
  const resume = () => void Object.assign(control, running);
  const budgetStops = createBudgetStops({ ...costs, audit });
  const log = { error: (error: unknown) => t.fail(String(error)) } as never;
  const startStop = () => createBudgetStop({ ...costs, budgetStops, bus, log, workers });
  /** Millions of tokens, at 1 EUR each. */
  const spend = (amount: number, day = '2026-11-15') => costs.use(day, 'embedding_tokens', amount * 1e6);
  return {
    ...costs,
    audit,
    budgetStops,
    check: budgetCheck(costs),
    control,
    reasons,
    resume,
    startStop,
    spend,
  };
}

const lookOf = async ({ check }: ReturnType<typeof open>) => (await check.look()).found;

t.test('without a price or a budget nothing is found', async (t) => {
  const costs = open(t);
  costs.spend(100);
  t.same(await lookOf(costs), []);
  Object.assign(costs.prices, { tokenPrice: null, monthBudget: 1, dayBudget: 1 });
  t.same(await lookOf(costs), []);
});

t.test('a month is near its budget, at it, and well again', async (t) => {
  const costs = open(t);
  const { prices, clock, spend } = costs;
  prices.monthBudget = 40;
  spend(31.9);
  t.same(await lookOf(costs), [], 'below 80%');
  spend(0.1);
  t.match(await lookOf(costs), [
    {
      subject: 'month',
      component: 'budget:month',
      severity: 'warning',
      title: 'The budget of November is nearly used up',
      text: 'At least 80% of €40.00 is used; the budget is reached on the 19th at this pace. Raise the budget, or embed less.',
    },
  ]);
  clock.at = '2026-11-17T00:00:00';
  t.match(await lookOf(costs), [{ text: /the 21st/ }], 'a pace that has moved by two days is said anew');
  clock.at = '2026-11-17T12:00:00';
  t.match(await lookOf(costs), [{ text: /the 21st/ }], 'one that has moved little is not');
  spend(8);
  t.match(await lookOf(costs), [{ severity: 'error', title: 'The budget of November is used up' }]);
  prices.monthBudget = 100;
  t.same(await lookOf(costs), [], 'a raised budget');
  prices.monthBudget = 40;
  clock.at = '2026-12-01T00:00:00';
  t.same(await lookOf(costs), [], 'a new month');
});

t.test('a day has a budget of its own', async (t) => {
  const costs = open(t);
  costs.prices.dayBudget = 1;
  costs.spend(5);
  t.same(await lookOf(costs), [], 'yesterday');
  costs.spend(1, '2026-11-16');
  t.match(await lookOf(costs), [{ component: 'budget:day', title: 'The budget of 16 Nov is used up' }]);
});

t.test('the workers are paused once for a month, also after a restart', async (t) => {
  const { prices, clock, reasons, resume, spend, startStop } = open(t);
  const { runOnce } = startStop();
  prices.monthBudget = 40;
  spend(40.12);
  await runOnce();
  t.same(reasons, [], 'the setting is off');
  prices.budgetStop = true;
  await runOnce();
  await runOnce();
  t.same(reasons, ['The budget of November is used up: €40.12 of €40.00.']);
  resume();
  await runOnce();
  await startStop().runOnce();
  t.equal(reasons.length, 1, 'a person who resumes them is not overruled');
  clock.at = '2026-12-02T00:00:00';
  await runOnce();
  t.equal(reasons.length, 1, 'the new month is not used up');
  spend(50, '2026-12-02');
  await runOnce();
  t.match(reasons[1], /December/);
});

t.test('both budgets that are used up pause the workers once, with both reasons', async (t) => {
  const { audit, prices, reasons, resume, spend, startStop } = open(t);
  Object.assign(prices, { dayBudget: 1, monthBudget: 40, budgetStop: true });
  spend(50, '2026-11-16');
  const { runOnce } = startStop();
  await runOnce();
  const [month, day] = ['November is used up: €50.00 of €40.00.', '16 Nov is used up: €50.00 of €1.00.'];
  t.same(reasons, [`The budget of ${month} The budget of ${day}`]);
  t.match(audit.trail('budget:2026-11'), [{ event: 'budget.stopped', detail: { amount: 50, budget: 40 } }]);
  t.match(audit.trail('budget:2026-11-16'), [{ detail: { budget: 1 } }]);
  resume();
  await runOnce();
  t.equal(reasons.length, 1, 'a person who resumes them is not overruled');
});

t.test(
  'a budget that is used up while another one has paused the workers does not pause them again',
  async (t) => {
    const { prices, reasons, resume, spend, startStop } = open(t);
    Object.assign(prices, { dayBudget: 1, budgetStop: true });
    spend(2, '2026-11-16');
    const { runOnce } = startStop();
    await runOnce();
    prices.monthBudget = 2;
    await runOnce();
    resume();
    await runOnce();
    t.equal(reasons.length, 1);
  },
);

t.test('a raised budget stops the workers again, a lowered one does not', async (t) => {
  const { budgetStops, costBook, prices, reasons, resume, spend, startStop } = open(t);
  Object.assign(prices, { monthBudget: 40, budgetStop: true });
  const stops = () => budgetStops.stopsAt('month', costBook.month());
  spend(41);
  t.ok(stops());
  const { runOnce } = startStop();
  const lookAfterResume = async (budget: number) => {
    prices.monthBudget = budget;
    resume();
    await runOnce();
    return reasons.length;
  };
  t.equal(await lookAfterResume(40), 1);
  t.equal(await lookAfterResume(40), 1);
  t.notOk(stops());
  t.equal(await lookAfterResume(62), 1, 'not used up yet');
  t.ok(stops());
  spend(22);
  t.equal(await lookAfterResume(62), 2);
  t.equal(await lookAfterResume(50), 2);
  t.equal(await lookAfterResume(62), 2);
  Object.assign(prices, { budgetStop: false, monthBudget: 90 });
  t.notOk(stops(), 'the setting is off');
});

t.test('workers that a person has paused wait for their turn', async (t) => {
  const { control, prices, reasons, spend, startStop } = open(t);
  Object.assign(prices, { dayBudget: 1, budgetStop: true });
  spend(2, '2026-11-16');
  control.paused_at = '2026-11-15T00:00:00Z';
  const { runOnce } = startStop();
  await runOnce();
  t.same(reasons, []);
  control.paused_at = null;
  await runOnce();
  t.same(reasons, ['The budget of 16 Nov is used up: €2.00 of €1.00.']);
});

t.test('amounts in another currency are named', async (t) => {
  const costs = open(t);
  costs.prices.monthBudget = 10;
  const line = { quantity: null, unit_price: null, is_estimate: false, is_manual: true, note: 'bill' };
  const change = { changed_at: '2026-11-15T00:00:00Z', changed_by: 'anna' };
  costs.costRepository.put({
    ...{ ...line, ...change, day: '2026-11-15', item: 'other:hosting' },
    ...{ amount: 5, currency: 'USD' },
  });
  costs.spend(1);
  t.equal((await costs.check.look()).says, 'Within budget. $5.00 in another currency is left out.');
  costs.spend(8);
  t.match(await lookOf(costs), [{ text: / \$5\.00 in another currency is left out\. Raise the budget/ }]);
});

t.test('shares and left-out amounts in words', async (t) => {
  t.equal(describeShare(0.405), '40.5% of the budget');
  t.equal(formatShare(0.99999), '99.9%', 'never 100% for less than all');
  t.equal(formatShare(1), '100.0%');
  t.equal(describeShare(9.99), '999.0% of the budget');
  t.equal(describeShare(40), 'more than 10 times the budget');
  t.equal(describeLeftOut([]), '');
  const both = [
    { currency: 'EUR', amount: 5 },
    { currency: 'USD', amount: 1.5 },
  ];
  t.equal(describeLeftOut(both), '€5.00 and $1.50 in other currencies are left out.');
});

t.test('pages are told when a sum that they show has changed, and on a new day', async (t) => {
  const costs = open(t);
  const bus = createBus();
  let told = 0;
  bus.on('costs', () => told++);
  const { runOnce } = createCostWatch({
    ...costs,
    bus,
    log: { error: (error: unknown) => t.fail(String(error)) } as never,
  });
  await runOnce();
  await runOnce();
  t.equal(told, 0);
  costs.spend(0.00001);
  await runOnce();
  const small = told;
  costs.spend(0.00001);
  await runOnce();
  t.equal(told, small, 'not shown');
  costs.spend(1);
  await runOnce();
  t.equal(told, small + 1);
  costs.clock.at = '2026-11-17T00:00:00';
  await runOnce();
  t.equal(told, small + 2);
});
