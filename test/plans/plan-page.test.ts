// The page of a plan: what it lists, what it asks for, and what applying it does.
import fs from 'node:fs';
import path from 'node:path';
import { type HTMLElement, parse } from 'node-html-parser';
import t from 'tap';
import { plansFolder } from '../../src/plan-store/plan-file.ts';
import { exitCodeOfJob } from '../../src/core/terminal/exit-codes.ts';
import { sweepPlans } from '../../src/plans/sweep.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { category, experience, type Sheet, sheet, writeSheet } from '../support/library.ts';
import { fieldProblems, textOf } from '../support/screen.ts';
import { auditRows } from '../support/uploads.ts';

const entries = (count: number, row: Parameters<typeof experience>[0] = {}) =>
  Array.from({ length: count }, (_, at) => experience({ id: `EXP-${at}`, title: `Entry ${at}`, ...row }));

/** Imports the first sheet into the empty library, then writes the second. */
async function prepare(app: TestApp, before: Sheet, after: Sheet) {
  writeSheet(app.parts, before);
  await app.run('import');
  writeSheet(app.parts, after);
}

async function planOn(app: TestApp, fields: Record<string, string> = {}): Promise<number> {
  const answer = await app.submit('/ui/operations/run/import', { dry_run: 'true', ...fields });
  const number = Number(/^\/plans\/(\d+)$/.exec(answer.headers.get('location') ?? '')?.[1]);
  await app.whenJob(number);
  return number;
}

const badge = (html: HTMLElement) => textOf(html, 'h1 .badge');
const formOf = (html: HTMLElement, action: string) => {
  const inputs =
    html.querySelector(`form[action="${action}"]`)?.querySelectorAll('input[type="hidden"]') ?? [];
  return Object.fromEntries(
    inputs.map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']),
  );
};
const confirmed = { reason: 'a test needs it', confirm: 'import' };
const allowed = { allow_removals: 'true', skip_invalid: 'true' };

t.test('a plan is listed by risk, asks for what it needs, and is applied with its token', async (t) => {
  const app = await startApp(t);
  const old = experience({ id: 'EXP-OLD', category_code: 'OLD', title: 'Old one' });
  await prepare(
    app,
    sheet({
      categories: [category(), category({ code: 'OLD' })],
      experiences: [...entries(4, { playbook: 'Keep\nthe logs.' }), old, { ...old, id: 'EXP-OLD-2' }],
    }),
    sheet({
      experiences: [
        experience({ id: 'EXP-0', title: 'Entry 0', playbook: 'Keep\r\nthe logs.' }),
        experience({ id: 'EXP-1', title: 'Entry 1', playbook: 'Keep\nthe evidence.', context: 'On servers' }),
        experience({ id: 'EXP-2', title: '', playbook: 'Keep\nthe logs.' }),
        experience({ id: 'EXP-NEW', title: '=NEW()' }),
      ],
    }),
  );
  const number = await planOn(app);
  const { html } = await app.page(`/plans/${number}`);
  t.equal(badge(html), 'Needs your decision');
  t.strictSame(
    html.querySelectorAll('.sum a').map((figure) => textOf(figure, '.l') + textOf(figure, 'b')),
    ['Added1', 'Changed2', 'Unchanged2', 'Removed4', 'Wrong rows1'],
  );
  t.strictSame(
    html.querySelectorAll('#plan table caption').map((caption) => caption.text),
    ['Wrong rows', 'Removed', 'Changed', 'Added'],
  );
  t.match(
    textOf(html, '[aria-labelledby="wrong"]'),
    /Experiences row 4, title EXP-2 empty The cell is empty/,
  );
  t.match(textOf(html, '[aria-labelledby="removed"]'), /2 of them are all entries of category OLD/);
  const changed = textOf(html, '[aria-labelledby="changed"]');
  t.match(changed, /Only line endings differ \(LF, now CRLF\)/);
  t.match(changed, /context was empty On servers/);
  t.match(changed, /All 2 Only line endings 1 Text 1/);
  t.equal(html.querySelector('.diff del')?.text, 'logs');
  t.equal(html.querySelector('.diff ins')?.text, 'evidence');
  t.match(textOf(html, '[aria-labelledby="apply"]'), /3 of 7 entries would be removed, 42\.9%\./);
  t.match(textOf(html, '[aria-labelledby="apply"] button'), 'Apply: remove 3 entries');

  const { body } = await app.json(`/api/v1/plans/${number}`);
  t.match(body, { refusal: '1 row is wrong', large_removal: { removed: 3, entries: 7 }, outdated: null });
  const job = await app.page(`/jobs/${number}`);
  t.match(textOf(job.html, '.verdict'), /Would be refused: 1 row is wrong\. Dry run: .* 1 wrong\./);
  t.equal(badge(job.html), 'Would be refused');
  t.ok(job.html.querySelector(`a[href="/plans/${number}"]`), 'its job leads to the plan');
  t.match(textOf((await app.page('/operations')).html, '#op-import'), /Would be refused #2/);
  t.match((await app.json(`/ui/jobs/${number}/notice`)).body, { tone: 'warn', text: /Would be refused/ });
  t.equal(exitCodeOfJob({ status: 'succeeded', refusal: body.refusal, failure: null }), 65);

  const action = `/ui/plans/${number}/apply`;
  const form = formOf(html, action);
  t.equal(form.plan, body.plan);
  const refused = await app.submit(action, form);
  t.equal(refused.status, 422);
  const page = parse(await refused.text());
  t.strictSame(Object.keys(fieldProblems(page)).sort(), [
    'allow_removals',
    'confirm',
    'reason',
    'skip_invalid',
  ]);
  t.equal(app.parts.listing.total(), 2, 'nothing was queued');
  t.match(auditRows(app, 'job.refused'), [
    {
      target: 'operation:import',
      detail: { code: 'confirmation_required', message: /^Tick “Allow .*Tick “L/ },
    },
  ]);

  const applied = await app.submit(action, { ...form, ...confirmed, ...allowed });
  t.equal(applied.headers.get('location'), '/jobs/3');
  t.match(await app.whenJob(3), {
    status: 'succeeded',
    reason: confirmed.reason,
    result: { added: 1, changed: 2, removed: 4, invalid: 1, plan: body.plan },
  });
  const after = (await app.page(`/plans/${number}`)).html;
  t.equal(badge(after), 'Applied by #3');
  t.equal(after.querySelector(`form[action="${action}"]`), null, 'it is applied once');
  t.match((await app.json(`/api/v1/plans/${number}`)).body, { applied_by: 3, outdated: null });

  await t.test('the rows that were left out are imported by themselves', async (t) => {
    const { html } = await app.page('/jobs/3?tab=Experiences&outcome=invalid');
    t.match(textOf(html, '#rows'), /Experiences!4 invalid title: The cell is empty/);
    t.notMatch(textOf((await app.page('/jobs/3?tab=Manuals')).html, '#rows'), /Experiences!/);
    const link = html.querySelectorAll('a').find((one) => /only the rows that failed/.test(one.text));
    const sources = await app.page(link?.getAttribute('href') ?? '');
    const rows_of = sources.html.querySelector('[name="rows_of"]')?.getAttribute('value') ?? '';
    t.equal(rows_of, app.parts.jobs.find('3').id);
    writeSheet(
      app.parts,
      sheet({
        experiences: [
          experience({ id: 'EXP-0', title: 'Changed since' }),
          experience({ id: 'EXP-2', title: 'Mended' }),
        ],
      }),
    );
    const whole = await app.json('/api/v1/operations/import', { args: { rows_of }, ...confirmed });
    t.match(whole, { status: 422, body: { error: { message: /choose merge/ } } });
    const answer = await app.submit('/ui/sources/import', { from: 'source', source: 'published', rows_of });
    t.equal(answer.headers.get('location'), '/plans/4');
    t.match(await app.whenJob(4), { result: { added: 0, changed: 1, removed: 0, invalid: 0 } });
    const { body } = await app.json('/api/v1/plans/4/rows?outcome=changed');
    t.match(body.items, [{ key: 'EXP-2', title: 'Mended' }]);
  });
});

t.test('a plan that is outdated says so, and is made again with the same arguments', async (t) => {
  const app = await startApp(t);
  await prepare(app, sheet(), sheet({ experiences: [experience({ author: 'Ada' })] }));
  const number = await planOn(app, { mode: 'merge' });
  const { html } = await app.page(`/plans/${number}`);
  const action = `/ui/plans/${number}/apply`;
  t.equal(html.querySelector('[name="confirm"]'), null, 'a merge needs no word');
  const form = formOf(html, action);
  writeSheet(app.parts, sheet({ experiences: [experience({ author: 'Bob' })] }));
  const late = await app.submit(action, form);
  t.equal(late.status, 409);
  const page = parse(await late.text());
  t.equal(badge(page), 'Outdated');
  t.match(textOf(page, '[role="status"]'), /The sheet has changed since this plan was made/);
  t.equal(page.querySelector(`form[action="${action}"]`), null);
  app.library.exec(`UPDATE categories SET description = 'new'`);
  t.match((await app.json(`/api/v1/plans/${number}`)).body, { outdated: /The library has changed/ });

  const again = formOf(page, '/ui/operations/run/import');
  t.match(again, { mode: 'merge', dry_run: 'true' });
  const next = await planOn(app, again);
  const fresh = (await app.page(`/plans/${next}`)).html;
  t.equal(badge(fresh), 'Needs your decision');
  const applied = await app.submit(`/ui/plans/${next}/apply`, formOf(fresh, `/ui/plans/${next}/apply`));
  t.equal(applied.status, 303);
  t.match(await app.whenJob(next + 1), { status: 'succeeded', result: { changed: 2 } });
});

t.test('rows are paged in the address, and downloaded as CSV that no program calculates', async (t) => {
  const app = await startApp(t);
  await prepare(app, sheet({ experiences: [] }), sheet({ experiences: entries(45, { title: '=1+1' }) }));
  const number = await planOn(app);
  const table = async (address: string) =>
    (await app.page(address)).html.querySelector('[aria-labelledby="added"]');
  const linkOf = (html: HTMLElement | null, text: string) =>
    html
      ?.querySelectorAll('.card-foot a')
      .find((one) => one.text === text)
      ?.getAttribute('href') ?? '';
  const first = await table(`/plans/${number}`);
  t.match(first?.text, /1–20 of 45/);
  const second = await table(linkOf(first, 'Next'));
  t.match(second?.text, /21–40 of 45/);
  t.match(second?.text, 'EXP-20');
  const third = await table(linkOf(second, 'Next'));
  t.match(third?.text, /41–45 of 45/);
  t.equal(linkOf(third, 'Next'), '');
  t.match((await table(linkOf(third, 'Previous')))?.text, /21–40 of 45/);

  const rows = await app.json(`/api/v1/plans/${number}/rows?outcome=added&limit=30&cursor=30`);
  t.match([rows.body.items.length, rows.body.next_cursor, rows.body.items[0].key], [15, null, 'EXP-30']);
  const csv = await fetch(`${app.origin}/plans/${number}.csv?outcome=added`);
  t.match(csv.headers.get('content-disposition'), /plan-\d+-added\.csv/);
  const lines = (await csv.text()).split('\r\n');
  t.equal(lines.length, 47, 'a header, the rows, and the end');
  t.match(lines[1], /^added,Experiences,2,EXP-0,'=1\+1,GIT,/);
});

t.test('there is a page for each end of a dry run', async (t) => {
  const app = await startApp(t);
  writeSheet(app.parts, sheet());
  await app.run('import');
  const same = await app.page(`/plans/${await planOn(app)}`);
  t.equal(badge(same.html), 'Nothing to change');
  t.match(textOf(same.html, 'main'), /Nothing would change/);

  fs.rmSync(path.join(app.root, 'sheets/published/manuals.csv'));
  const failed = await app.page(`/plans/${await planOn(app)}`);
  t.match(textOf(failed.html, '.page-head'), /No plan was made, and nothing was written/);
  t.match(textOf(failed.html, '[aria-label="Problems of job 3"]'), /Manuals – manuals\.csv/);
  t.match(textOf(failed.html, '.fault'), /What to do Fix what is listed below/);

  t.equal((await app.page('/plans/1')).status, 404, 'a job that makes no plan');
  t.match((await app.json('/api/v1/plans/3')).body.error, { code: 'wrong_state' });
});

t.test('a plan is removed with its job, and swept when that is gone', async (t) => {
  const app = await startApp(t);
  const number = await planOn(app);
  const folder = plansFolder(app.root);
  const { id } = app.parts.jobs.find(String(number));
  fs.writeFileSync(path.join(folder, 'b7a1c5c8-0000-4000-8000-000000000000.db'), '');
  fs.writeFileSync(path.join(folder, `${id}.db.partial`), '');
  fs.writeFileSync(path.join(folder, 'notes.txt'), '');
  t.equal(sweepPlans({ config: app.config, repository: app.parts.repository }), 2);
  t.strictSame(fs.readdirSync(folder).sort(), [`${id}.db`, 'notes.txt']);
  await fetch(`${app.origin}/api/v1/operations/jobs/${number}`, { method: 'DELETE' });
  t.strictSame(fs.readdirSync(folder), ['notes.txt']);
});

t.test('the plan of an import says which tokens its entries will cost', async (t) => {
  const env = {
    CHL_EMBEDDING_URL: 'http://127.0.0.1:9',
    CHL_EMBEDDING_MODEL: 'some/model',
    CHL_PRICE_EMBEDDING_TOKENS: '1000',
    CHL_PRICE_CURRENCY: 'EUR',
  };
  const app = await startApp(t, { env });
  await prepare(app, sheet({ experiences: entries(3) }), sheet({ experiences: entries(5) }));
  const { html } = await app.page(`/plans/${await planOn(app)}`);
  t.match(textOf(html, '#plan-embedding'), /2 entries.*about \d+ tokens, about €0\.\d+/);
});
