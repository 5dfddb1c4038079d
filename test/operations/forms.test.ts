import '../support/plain-children.ts';
import { parse } from 'node-html-parser';
import t from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { createSourceRepository } from '../../src/source-store/source-repository.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCategory } from '../support/entries.ts';
import { defineOperation } from '../support/operations.ts';
import { fieldProblems, jobRow, textOf } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const fromPage = (app: TestApp, page: string) => ({
  'hx-request': 'true',
  'hx-current-url': app.origin + page,
});

t.test('a run without JavaScript leads to the job, with a notice once', async (t) => {
  const app = await startApp(t, noop);
  const answer = await app.submit('/ui/operations/run/export', { target: 'review' });
  t.equal(answer.status, 303);
  t.equal(answer.headers.get('location'), '/jobs/1');
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { html } = await app.page('/jobs/1', { cookie });
  t.match(textOf(html, '#toasts'), /Export library #1 queued\. It starts now\./);
  t.equal(textOf((await app.page('/jobs/1')).html, '#toasts'), '');
});

t.test('the notice of a new job says what it waits for', async (t) => {
  const catalogue = createCatalogue([
    defineOperation({ child: 'sleeps', locks: () => [{ name: 'library', mode: 'exclusive' }] }),
    defineOperation({ name: 'free' }),
  ]);
  const app = await startApp(t, { catalogue, env: { CHL_MAX_RUNNING_JOBS: '1' } });
  const noticeOf = async (operation: string) => {
    const answer = await app.submit(`/ui/operations/run/${operation}`, { when_locked: 'wait' });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return textOf((await app.page('/jobs', { cookie })).html, '#toasts');
  };
  t.match(await noticeOf('chore'), /Chore #1 queued\. It starts now\./);
  await app.whenJob(1, 'running');
  t.match(await noticeOf('chore'), /Chore #2 queued\. It waits for chore #1\./);
  t.match(await noticeOf('chore'), /Chore #3 queued\. It waits for chore #1\./, 'when that ends, #2 starts');
  t.match(await noticeOf('free'), /Chore #4 queued\. It waits until a running job ends/);
  t.match(textOf((await app.page('/jobs/4')).html, 'main'), /Waiting until a running job ends/);
  t.match(textOf((await app.page('/jobs')).html, jobRow(4)), /Waits until a running job ends/);
  for (const number of [4, 3, 2, 1]) await app.json(`/api/v1/operations/jobs/${number}/cancel`, {});
  await app.whenJob(1, 'cancelled');
});

t.test('a destructive run asks for reason and word, and names what is missing', async (t) => {
  const wipe = defineOperation({ name: 'wipe', danger: () => 'destructive', confirmWord: 'wipe' });
  const app = await startApp(t, { ...noop, catalogue: createCatalogue([wipe]) });
  const { html } = await app.page('/ui/operations/wipe/confirm');
  t.match(textOf(html, '#dialog-title'), /Do it\?/);
  t.ok(html.querySelector('input[name="reason"]'));
  t.match(textOf(html, 'label[for="confirm"]'), /Type wipe to confirm/);

  const refused = await app.submit('/ui/operations/run/wipe', { reason: 'no', confirm: '' });
  t.equal(refused.status, 422);
  const page = parse(await refused.text());
  t.match(fieldProblems(page), { reason: /at least 5 characters/, confirm: /Type wipe/ });
  t.equal(page.querySelector('input[name="reason"]')?.getAttribute('value'), 'no', 'what was typed is kept');
  t.equal(app.parts.listing.total(), 0);

  const accepted = await app.submit('/ui/operations/run/wipe', { reason: 'monthly', confirm: 'wipe' });
  t.equal(accepted.status, 303);
});

t.test('an import needs a word only where something can be lost, and its dialog plans there', async (t) => {
  const app = await startApp(t, noop);
  const dialog = async () => (await app.page('/ui/operations/import/confirm')).html;
  const empty = await dialog();
  t.equal(textOf(empty, '#dialog-title'), 'Import the published sheet?');
  t.equal(empty.querySelector('input[name="confirm"]'), null);
  t.equal(empty.querySelector('[name="plan"], [name="into_empty"]'), null, 'the server knows by itself');
  const answer = await app.json('/api/v1/operations/import', { args: { into_empty: false } });
  t.equal(answer.status, 202);
  t.match(app.parts.jobs.find('1').args, { into_empty: true });
  await app.whenJob(1);

  addCategory(app.library, 'GEN');
  const filled = await dialog();
  t.equal(textOf(filled, '#dialog-submit'), 'Make the plan');
  t.equal(filled.querySelector('input[type="hidden"][name="dry_run"]')?.getAttribute('value'), 'true');
  t.equal(filled.querySelector('[name="allow_removals"], [name="confirm"]'), null, 'decided with the plan');
  const shown = (await app.page('/ui/operations/import/confirm?mode=merge&dry_run=true')).html;
  const schedule = shown.querySelectorAll('a').find((link) => link.text.includes('Schedule it'));
  const href = schedule?.getAttribute('href')?.replaceAll('&amp;', '&');
  t.equal(href, '/schedules/new?operation=import&args.mode=merge', 'a schedule imports; it makes no plan');
  const claimed = await app.json('/api/v1/operations/import', { args: { into_empty: true } });
  t.match(claimed, { status: 422, body: { error: { code: 'confirmation_required' } } });
  const late = await app.submit('/ui/operations/run/import', { mode: 'replace', dry_run: 'false' });
  t.equal(late.status, 422);
  t.match(textOf(parse(await late.text()), '[role="alert"]'), /not empty any more, so a plan is made first/);
});

t.test('a dry run and a merge need no confirmation word', async (t) => {
  const app = await startApp(t, noop);
  for (const query of ['dry_run=true', 'mode=merge']) {
    const { html } = await app.page(`/ui/operations/import/confirm?${query}`);
    t.equal(html.querySelector('input[name="confirm"]'), null, query);
  }
  t.equal((await app.submit('/ui/operations/run/import', { dry_run: 'true' })).status, 303);
});

t.test('a wrong argument is shown beside its field', async (t) => {
  const app = await startApp(t);
  for (const [bad, expected] of [
    ['../../etc', /not allowed/],
    ['/etc', /not allowed/],
  ] as const) {
    const answer = await app.submit('/ui/operations/run/import', { path: bad, mode: 'merge' });
    t.equal(answer.status, 422, bad);
    t.match(fieldProblems(parse(await answer.text())).path, expected, bad);
  }
  const mode = await app.submit('/ui/operations/run/import', { mode: 'sideways' });
  t.match(fieldProblems(parse(await mode.text())), { mode: /choose one of replace, merge/ });
  const unknown = await app.submit('/ui/operations/run/import', { colour: 'red', mode: 'merge' });
  t.match(textOf(parse(await unknown.text()), '[role="alert"]'), /Unknown argument "colour"/);
});

t.test('with htmx the dialog is a fragment, and a refusal is shown in it', async (t) => {
  const app = await startApp(t, noop);
  addCategory(app.library, 'GEN');
  const htmx = fromPage(app, '/operations');
  const shown = await app.page('/ui/operations/import/confirm', htmx);
  t.notMatch(shown.text, /<html/);
  const refused = await app.submit('/ui/operations/run/import', { mode: 'replace' }, htmx);
  t.equal(refused.status, 422);
  t.equal(refused.headers.get('hx-retarget'), '#dialog');
  const unknown = await app.submit('/ui/operations/run/nothing', {}, htmx);
  t.equal(unknown.status, 404);
  t.equal(unknown.headers.get('hx-retarget'), '#note');
  t.match(await unknown.text(), /There is no operation/);
});

t.test('an action on a job page redirects, since its cards are not there', async (t) => {
  const app = await startApp(t, noop);
  const answer = await app.submit('/ui/operations/run/export', {}, fromPage(app, '/jobs/7'));
  t.equal(answer.headers.get('hx-redirect'), '/jobs/1');
});

t.test(
  'the dialog of an export says what takes the place of its sheet, and which job it waits for',
  async (t) => {
    const app = await startApp(t, noop);
    const book = { name: 'book', kind: 'google' as const, place: 'x'.repeat(44), tabs: null };
    const sources = createSourceRepository(app.ops);
    sources.put(book, { changed_at: null, changed_by: null });
    const dialog = async (target: string) =>
      textOf((await app.page(`/ui/operations/export/confirm?target=${target}`)).html, 'main');
    t.match(await dialog('book'), /to the book spreadsheet\? .*New tabs take the place of the old ones/s);
    t.match(await dialog('review'), /to the review sheet\? .*The sheet is swapped in/s);
    t.match(await dialog('unheard-of'), /Export the library to the unheard-of sheet\?/);
  },
);

t.test('a malformed form is refused with 4xx, not 500', async (t) => {
  const app = await startApp(t, noop);
  const send = (body: string, type = 'application/x-www-form-urlencoded') =>
    fetch(`${app.origin}/ui/operations/run/import`, {
      method: 'POST',
      headers: { 'content-type': type, accept: 'application/json' },
      body,
    });
  t.equal((await send('reason=one&reason=two&confirm=import')).status, 422, 'a field twice');
  t.equal((await send('{"reason": 5, "confirm": "import"}', 'application/json')).status, 422, 'a number');
  t.equal((await send('["import"]', 'application/json')).status, 422, 'a list');
  t.equal((await send('reason', 'text/plain')).status, 415, 'plain text');
  const twice = await fetch(`${app.origin}/ui/theme`, {
    method: 'POST',
    body: new URLSearchParams('back=/a&back=/b'),
  });
  t.equal(twice.status, 422);
  t.equal(app.parts.repository.newest(1).length, 0);
});

t.test('a form is not sent while it is being sent, and every page has one main heading', async (t) => {
  const app = await startApp(t, noop);
  const job = await app.run('export');
  for (const address of ['/operations', `/jobs/${job.number}`, '/library', '/ui/operations/import/confirm']) {
    const { html } = await app.page(address);
    t.equal(html.querySelectorAll('h1').length, 1, `${address}: h1`);
    for (const form of html.querySelectorAll('form[hx-post]')) {
      t.equal(form.getAttribute('hx-sync'), 'this:drop', `${form.getAttribute('action')}`);
    }
  }
  const dialog = await app.page('/ui/operations/import/confirm', { 'hx-request': 'true' });
  t.equal(dialog.html.querySelector('form')?.getAttribute('hx-sync'), 'this:drop');
  t.ok(dialog.html.querySelector('[data-note]'), 'the dialog has a place for errors');
  t.equal(dialog.html.querySelectorAll('h1').length, 0);
});

t.test('a form sent twice starts one job, and a new rendering of it another', async (t) => {
  const app = await startApp(t, noop);
  const keyOf = async (selector: string) =>
    (await app.page('/operations')).html.querySelector(`${selector} [name="key"]`)?.getAttribute('value') ??
    '';
  const key = await keyOf('#op-export');
  const sent = await Promise.all([1, 2, 3].map(() => app.submit('/ui/operations/run/export', { key })));
  t.strictSame(
    sent.map((answer) => answer.headers.get('location')),
    ['/jobs/1', '/jobs/1', '/jobs/1'],
  );
  await app.whenJob(1);
  const next = await app.submit('/ui/operations/run/export', { key: await keyOf('#op-export') });
  t.equal(next.headers.get('location'), '/jobs/2');

  await app.whenJob(2);
  addCategory(app.library, 'GEN');
  const { html } = await app.page('/ui/operations/import/confirm');
  const form = { key: html.querySelector('[name="key"]')?.getAttribute('value') ?? '', reason: 'monthly' };
  const refused = await app.submit('/ui/operations/run/import', form);
  const again = parse(await refused.text())
    .querySelector('[name="key"]')
    ?.getAttribute('value');
  t.equal(again, form.key, 'a refused form keeps its key');
  const run = () => app.submit('/ui/operations/run/import', { ...form, confirm: 'import' });
  t.equal((await run()).headers.get('location'), '/jobs/3', 'and may be sent again');
  t.equal((await run()).headers.get('location'), '/jobs/3');
});
