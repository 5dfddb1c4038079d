// The page of costs, its row on the hub and the fact of the outlook: at first, with usage alone, and with prices.
import path from 'node:path';
import { parse } from 'node-html-parser';
import t from 'tap';
import { prepareOps } from '../../src/core/db/ops.ts';
import { createUsageRepository } from '../../src/cost-store/usage-repository.ts';
import { rollupSec } from '../../src/telemetry/repository.ts';
import { startApp } from '../support/app.ts';
import { makeFolder } from '../support/folder.ts';
import { addToken } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';

const at = '2026-11-28T12:00:00';
const env = { CHL_OPERATIONS_MODE: 'noop', CHL_TELEMETRY_INTERVAL_SEC: '3600' };
/** No amount has another form. */
const money = /[€$£¤]|EUR|\d\.\d{2}\b|\d\.\d{4}/;

function fill(root: string) {
  const ops = prepareOps(path.join(root, 'ops.db'));
  const usage = createUsageRepository(ops);
  const add = (
    day: string,
    item: 'embedding_tokens' | 'job_cpu_sec',
    quantity: number,
    is_estimate = false,
  ) => usage.add({ day, item, quantity, is_estimate });
  add('2026-11-19', 'embedding_tokens', 2_600_000);
  add('2026-11-19', 'job_cpu_sec', 7800);
  add('2026-11-27', 'embedding_tokens', 1_500_000, true);
  add('2026-10-31', 'embedding_tokens', 9_000_000);
  const sample = ops.prepare(
    'INSERT INTO sample_rollup (at, part, requests, queue_pending, cache_hits, cache_misses) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const noon = Math.floor(Date.parse('2026-11-27T12:00:00') / 1000 / rollupSec) * rollupSec;
  sample.run(noon, 'avg', 1200, 10, 90, 10);
  sample.run(noon, 'max', null, 441, null, null);
  ops.close();
}

t.test('without usage the page says that nothing was counted', async (t) => {
  const app = await startApp(t, { env, now: () => new Date(at) });
  const { html } = await app.page('/costs');
  t.match(
    textOf(html, '#h-month'),
    /in November so far\. No prices are set, so quantities are shown without amounts\./,
  );
  t.equal(html.querySelector('#h-month ~ a')?.getAttribute('href'), '/settings/limits#group-costs');
  t.match(textOf(html, '#costs-card'), /No schedule\. Days are closed only by hand\./);
});

t.test('usage of a month', async (t) => {
  const root = makeFolder(t);
  fill(root);
  const app = await startApp(t, { env, root, now: () => new Date(at) });
  const load = async (address: string, selector: string) => textOf((await app.page(address)).html, selector);

  t.test('without a price there are quantities, and no amount anywhere', async (t) => {
    const page = await load('/costs', '#costs-card');
    t.match(page, '4.1 M tokens embedded in November so far. No prices are set');
    t.match(page, 'Tokens embedded, 30 days');
    t.match(await load('/costs', '#cost-day-2026-11-19'), /19 Nov 2\.6 M 2 h 10 min/);
    t.match(await load('/costs', '#cost-day-2026-11-27'), /27 Nov 1\.5 M estimate/);
    t.notMatch(page, money);
    t.notMatch(page, 'Amount');
    t.match(await load('/storage', '#storage-card'), /Costs 4\.1 M tokens embedded in November so far\./);
    t.notMatch(await load('/operations', '#outlook-card'), 'this month');
    t.notMatch(await load('/operations', '#outlook-card'), money);
  });

  t.test('usage is shown by day', async (t) => {
    t.match(await load('/costs', '#usage-requests'), /Requests a day .*1,200 on average before/);
    t.match(await load('/costs', '#usage-peak_queue'), /441 on average before/);
    t.match(await load('/costs', '#usage-days'), /27 Nov 1,200 441 – 90\.0%/);
    t.match((await app.page('/ui/costs/usage')).text, 'usage-hit_rate');
  });

  t.test('without a price an amount by hand is the only one', async (t) => {
    const line = { day: '2026-11-20', item: 'other', name: 'tiny', amount: '0.0001', note: 'Bill 1' };
    t.equal((await app.submit('/ui/costs/enter', line)).status, 303);
    t.match(await load('/costs', '#budget-day'), /Today – No budget is set\./);
    const chart = (await app.page('/costs')).html.querySelector('#costs-card .axes')?.outerHTML;
    t.match(chart, '20 Nov: 0.0001, tiny 0.0001');
    t.match(chart, '19 Nov: –');
    t.notMatch(chart, /NaN/);
    t.equal((await app.submit('/ui/costs/2026-11-20/other:tiny/remove', {})).status, 303);
  });

  t.test('with prices and a budget there are amounts', async (t) => {
    const values = {
      'price.embedding_tokens': 0.2,
      'price.currency': 'EUR',
      'budget.month': 1,
      'budget.day': 0.1,
    };
    const saved = await fetch(`${app.origin}/api/v1/settings/values`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ values }),
    });
    t.equal(saved.status, 200, await saved.text());
    const page = await load('/costs', '#costs-card');
    t.match(page, '€0.82 in November so far, 82.0% of the budget.');
    t.match(
      page,
      /Prices and budgets .*November €0\.82 of €1\.00, 82\.0% of the budget Enough at this pace\./,
    );
    t.match(await load('/costs', '#cost-day-2026-11-19'), /2\.6 M €0\.52 .* €0\.52 Enter/);
    const { html } = await app.page('/costs');
    const label = html.querySelector('#costs-card .axes svg')?.getAttribute('aria-label');
    t.match(label, 'Costs a day over 30 days: €2.62 in all, the most on 31 Oct with €1.80.');
    t.ok(html.querySelector('#costs-card .axes rect.d1.est'), 'an estimate is marked');
    t.match(
      await load('/storage', '#storage-card'),
      /Costs €0\.82 in November so far, 82\.0% of the budget\..*Budget nearly used up/,
    );
    t.match(await load('/operations', '#outlook-card'), '€0.82 this month');
  });

  t.test('an admin enters, changes and removes an amount', async (t) => {
    const empty = await app.submit('/ui/costs/enter', { day: '2026-11-29', item: 'other', name: 'No!' });
    t.equal(empty.status, 422);
    const refused = parse(await empty.text());
    for (const [field, text] of Object.entries({
      day: /to today/,
      name: /lower-case/,
      amount: /number/,
      note: /1 to/,
    }))
      t.match(refused.querySelector(`#arg-${field}-problem`)?.text, text);
    t.equal(refused.querySelector('#arg-name')?.getAttribute('value'), 'No!', 'what was typed stays');

    const line = { day: '2026-11-20', item: 'other', name: 'hosting', amount: '0,05', note: 'Bill 7' };
    t.equal((await app.submit('/ui/costs/enter', line)).status, 303);
    t.match(await load('/costs', '#cost-day-2026-11-20'), /hosting €0\.05, by hand/);
    t.match(await load('/costs', '#cost-2026-11-20-other-hosting'), /hosting Bill 7 20 Nov 2026 €0\.05/);
    t.ok((await app.page('/costs')).html.querySelector('#costs-card .axes rect.hand'));
    const twice = await app.submit('/ui/costs/enter', { ...line, amount: '9' });
    t.equal(twice.status, 422);
    t.match(
      parse(await twice.text()).querySelector('#arg-name-problem')?.text,
      'There is a line hosting on 20 Nov',
    );
    for (const amount of ['1,234', '0x10', '1e3', '1.23456']) {
      const wrong = await app.submit('/ui/costs/enter', { ...line, name: 'wrong', amount });
      t.equal(wrong.status, 422, amount);
      const problem = parse(await wrong.text()).querySelector('#arg-amount-problem')?.text;
      t.match(problem, amount === '1,234' ? 'write 1234 or 1.234.' : 'such as 4.20');
    }
    const edit = '/ui/costs/2026-11-20/other:hosting/edit';
    const old = { amount: '0.06', note: 'Bill 7', 'was:amount': '0.04', 'was:note': 'Bill 7' };
    const conflict = await app.submit(edit, old);
    t.equal(conflict.status, 409);
    t.match(parse(await conflict.text()).querySelector('#arg-amount-problem')?.text, /yours is 0\.06/);
    t.equal((await app.page(edit)).html.querySelector('#arg-amount')?.getAttribute('value'), '0.05');
    t.equal((await app.submit(edit, { amount: '0.07', note: 'Bill 8' })).status, 303);
    t.match(await load('/costs', '#cost-2026-11-20-other-hosting'), /Bill 8 .* €0\.07/);
    t.equal((await app.submit('/ui/costs/2026-11-20/other:hosting/remove', {})).status, 303);
    t.equal((await app.page('/costs')).html.querySelector('#h-manual'), null);
    t.equal((await app.page(edit)).status, 404);
  });

  t.test('the days before today are closed by a button', async (t) => {
    const { html } = await app.page('/costs');
    t.equal(
      html.querySelector('#close-days')?.closest('form')?.getAttribute('action'),
      '/ui/operations/run/costs',
    );
    t.match(textOf(html, '#costs-card'), /3 days before today are not closed\. No schedule\./);
    t.equal(html.querySelector('#costs-card .card-foot a')?.getAttribute('href'), '/schedules/costs');
  });

  t.test('a viewer reads the page, and its buttons are locked', async (t) => {
    addToken(app, 'admin', 'admin');
    const { html } = await app.page('/costs', addToken(app, 'viewer', 'viewer'));
    t.equal(html.querySelector('#enter-cost')?.getAttribute('href'), undefined);
    t.equal(html.querySelector('#close-days')?.getAttribute('aria-disabled'), 'true');
  });
});
