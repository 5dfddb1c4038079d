import path from 'node:path';
import { parse } from 'node-html-parser';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { defineOperation } from '../support/operations.ts';
import { fieldProblems, textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';

const operations = () => [
  defineOperation({ name: 'breaks', child: 'fails' }),
  defineOperation({ name: 'chore' }),
  defineOperation({ name: 'wipes', child: 'fails', danger: () => 'destructive', confirmWord: 'wipes' }),
  defineOperation({ name: 'waits', child: 'sleeps', locks: () => [{ name: 'x', mode: 'exclusive' }] }),
];

const start = (t: Parameters<typeof startApp>[0]) =>
  startApp(t, { catalogue: createCatalogue(operations()) });

/** A job can end before the run that cancels it, which waits until the change is durable. */
async function untilBulkRunOver(app: TestApp, page: string) {
  const run = app.parts.bulk.find(page.split('/').at(-1) ?? '');
  await until(() => run.isOver);
}

type Item = { number: number; outcome: string; message: string | null; new_number: number | null };

t.test('a bulk retry reports the outcome of each job and audits it', async (t) => {
  const app = await start(t);
  for (const name of ['breaks', 'chore', 'wipes', 'breaks']) await app.run(name);
  await app.json('/api/v1/operations/jobs/4/retry', {});
  const { status, body } = await app.json('/api/v1/operations/jobs/bulk', {
    action: 'retry',
    jobs: [1, 2, 3, 4],
  });
  t.equal(status, 200);
  t.match(body, { action: 'retry', total: 4, done: 1, skipped: 3, failed: 0 });
  const items = body.items as Item[];
  t.same(
    items.map(({ number, outcome }) => [number, outcome]),
    [
      [1, 'done'],
      [2, 'skipped'],
      [3, 'skipped'],
      [4, 'skipped'],
    ],
  );
  t.match(
    items.map(({ message }) => message),
    [null, /succeeded/, /needs a reason and its confirmation word/, /already retried/],
  );
  const made = (await app.json(`/api/v1/operations/jobs/${items[0]?.new_number}`)).body;
  t.equal(made.operation, 'breaks');
  t.equal((await app.json('/api/v1/operations/jobs/1')).body.retried_by, made.job_id);
});

t.test('a bulk run waits until its row is in the audit log; else nothing is done', async (t) => {
  const app = await start(t);
  await app.run('breaks');
  const writer = openDatabase(path.join(app.root, 'ops.db'), { busyMs: 1000 });
  t.teardown(() => writer.close());
  const bulk = { action: 'retry', jobs: [1] };
  writer.exec('BEGIN IMMEDIATE');
  const refused = await app.json('/api/v1/operations/jobs/bulk', bulk);
  writer.exec('ROLLBACK');
  t.equal(refused.status, 503);
  t.match((await app.json('/api/v1/operations/jobs')).body, { total: 1 });
  t.match(await app.json('/api/v1/operations/jobs/bulk', bulk), { status: 200, body: { done: 1 } });
});

t.test('all matching jobs are cancelled, but not later ones', async (t) => {
  const app = await start(t);
  for (let n = 0; n < 3; n++) await app.json('/api/v1/operations/waits', { when_locked: 'wait' });
  await app.whenJob(1, 'running');
  const { html } = await app.page('/jobs?operation=waits');
  const all = html.querySelector('#bulk-cancel-all');
  t.match(all?.text, 'Cancel all 3 matching jobs…');
  await app.json('/api/v1/operations/waits', { when_locked: 'wait' });

  const dialog = await app.page((all?.getAttribute('href') ?? '').replaceAll('&amp;', '&'));
  t.match(textOf(dialog.html, '#dialog-title'), 'Cancel 3 jobs?');
  const fields = dialog.html
    .querySelectorAll('.dlg-page input[type="hidden"]')
    .map((input) => [input.getAttribute('name'), input.getAttribute('value')]);
  const answer = await app.submit('/ui/jobs/bulk', Object.fromEntries(fields));
  t.equal(answer.status, 303);
  const page = answer.headers.get('location') ?? '';
  await untilBulkRunOver(app, page);
  for (const number of [1, 2, 3]) await app.whenJob(number, 'cancelled');
  const result = await app.page(page);
  t.match(textOf(result.html, 'h1'), 'Cancellation of 3 jobs');
  t.match(textOf(result.html, '#h-bulk'), '3 cancelled or stopping · 0 skipped · 0 failed');
  await app.whenJob(4, 'running');
  await app.json('/api/v1/operations/jobs/4/cancel', {});
  await app.whenJob(4);
});

t.test('the dialog names the selected jobs and those that are skipped', async (t) => {
  const app = await start(t);
  await app.run('breaks');
  await app.run('chore');
  const dialog = await app.page('/ui/jobs/bulk?action=retry&number=1&number=2');
  t.match(textOf(dialog.html, '#dialog-title'), 'Retry 1 job?');
  t.match(textOf(dialog.html, '.dlg-body'), /1 job skipped: it is succeeded; only failed/);
  t.match(textOf(dialog.html, '.dlg-foot'), /Leave them.*Retry 1 job/);
  const one = await app.page('/ui/jobs/bulk?action=retry&number=2');
  t.match(textOf(one.html, '#dialog-title'), 'None of these can be retried');
  t.notOk(one.html.querySelector('.dlg-foot button'));
  t.match(textOf((await app.page('/ui/jobs/bulk?action=cancel')).html, '.dlg-body'), 'No job is selected.');
  const none = await app.submit('/ui/jobs/bulk', { action: 'cancel', numbers: '' });
  t.equal(none.status, 400);
  t.match(await none.text(), 'No job is selected.');
});

t.test('more matches than the limit are not offered, and the page names the next step', async (t) => {
  const app = await start(t);
  const ops = openDatabase(path.join(app.root, 'ops.db'), { busyMs: 1000 });
  t.teardown(() => ops.close());
  await app.run('breaks');
  ops.exec(`
    WITH RECURSIVE copy(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM copy LIMIT 10000)
    INSERT INTO job (id, operation, status, mode, requested_by, args, created_at)
    SELECT 'copy-' || at, operation, status, mode, requested_by, args, created_at
    FROM copy, job WHERE number = 1
  `);
  const { html } = await app.page('/jobs');
  t.notOk(html.querySelector('#bulk-retry-all'));
  t.match(
    textOf(html, '#h-jobs ~ .end'),
    'Retry: 10,001 jobs match, the limit is 10,000. Narrow the filter, e.g. with since:7d',
  );
});

t.test('a bad filter, too many jobs and unknown jobs are refused', async (t) => {
  const app = await start(t);
  const post = (body: unknown) => app.json('/api/v1/operations/jobs/bulk', body);
  t.equal((await post({ action: 'retry', filter: { status: 'lost' } })).status, 422);
  t.equal((await post({ action: 'retry', jobs: [99] })).status, 404);
  t.match(await post({ action: 'retry' }), {
    status: 422,
    body: { error: { message: 'body: needs one of jobs and filter, not both.' } },
  });
  const { message } = (await post({})).body.error;
  t.match(message, 'action: is missing.');
  t.match(message, 'body: needs one of jobs and filter, not both.');
  t.equal((await post({ action: 'forget', jobs: [1] })).status, 422);
  t.equal((await app.page('/ui/jobs/bulk?action=retry&scope=all&up_to=9&q=since:soon')).status, 422);
  t.equal((await app.page('/jobs/bulk/gone')).status, 404);
  t.match((await post({ action: 'cancel', filter: {} })).body, { total: 0, items: [] });
});

/** Failed jobs of two operations. */
function addFailures({ parts: { repository } }: TestApp, jobs: number, others: number) {
  for (let at = 0; at < jobs + others; at++)
    endJob(repository, insertJob(repository, { operation: at < jobs ? 'breaks' : 'chore' }), 'failed');
}

t.test('a retry of many jobs says what it runs, wants their number, and ends as queued', async (t) => {
  const app = await start(t);
  addFailures(app, 40, 11);
  const { html } = await app.page('/jobs?status=failed');
  const dialog = await app.page(html.querySelector('#bulk-retry-all')?.getAttribute('href') ?? '');
  t.match(textOf(dialog.html, '#dialog-title'), 'Retry 51 jobs?');
  t.match(textOf(dialog.html, '.dlg-body'), /40 × Chore 11 × Chore.*Type 51 to confirm/);
  const fields = Object.fromEntries(
    dialog.html
      .querySelectorAll('.dlg-page input[type="hidden"]')
      .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']),
  );
  for (const typed of ['', '50']) {
    const refused = await app.submit('/ui/jobs/bulk', { ...fields, confirm: typed });
    t.equal(refused.status, 422);
    t.same(fieldProblems(parse(await refused.text())), { confirm: 'Type 51 to confirm.' });
  }
  t.equal(app.parts.listing.newestNumber(), 51, 'nothing was queued');
  const answer = await app.submit('/ui/jobs/bulk', { ...fields, confirm: ' 51 ' });
  t.equal(answer.status, 303);
  const page = answer.headers.get('location') ?? '';
  await untilBulkRunOver(app, page);
  const result = await app.page(page);
  t.match(textOf(result.html, 'h1'), 'Retry of 51 jobs');
  t.match(textOf(result.html, '#h-bulk'), '51 queued · 0 skipped · 0 failed');
  t.match(textOf(result.html, 'tbody tr'), /Queued New job/);
  t.equal(app.parts.listing.newestNumber(), 102);
});

t.test('fifty jobs need no number', async (t) => {
  const app = await start(t);
  addFailures(app, 50, 0);
  const numbers = Array.from({ length: 50 }, (_, at) => at + 1).join(',');
  t.notOk((await app.page(`/ui/jobs/bulk?action=retry&scope=all&up_to=50`)).html.querySelector('#confirm'));
  t.equal((await app.submit('/ui/jobs/bulk', { action: 'retry', numbers })).status, 303);
});

t.test('selected ended jobs are removed, and the others are skipped', async (t) => {
  const app = await start(t);
  await app.run('breaks');
  await app.run('chore');
  await app.json('/api/v1/operations/waits', {});
  await app.whenJob(3, 'running');
  const dialog = await app.page('/ui/jobs/bulk?action=remove&number=1&number=2&number=3');
  t.match(textOf(dialog.html, '#dialog-title'), 'Remove 2 jobs?');
  t.match(textOf(dialog.html, '.dlg-body'), /cannot be restored.*1 job skipped: it has not ended: running/);
  const answer = await app.submit('/ui/jobs/bulk', { action: 'remove', numbers: '1,2,3' });
  const page = answer.headers.get('location') ?? '';
  await untilBulkRunOver(app, page);
  const { body } = await app.json('/api/v1/operations/jobs/bulk', { action: 'remove', jobs: [3] });
  t.match(body, { done: 0, skipped: 1 });
  t.match(textOf((await app.page(page)).html, '#h-bulk'), '2 removed · 1 skipped · 0 failed');
  t.equal((await app.json('/api/v1/operations/jobs/1')).status, 410);
  const all = await app.json('/api/v1/operations/jobs/bulk', { action: 'remove', filter: {} });
  t.equal(all.status, 422);
  t.match(all.body.error.message, /Name the jobs to remove/);
  await app.json('/api/v1/operations/jobs/3/cancel', {});
  await app.whenJob(3);
});
