// The named sheets through the API and the pages: added, changed, checked, imported, exported, removed.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { filesOf, sheet, workbookOf } from '../support/library.ts';
import { textOf } from '../support/screen.ts';
import { auditRows } from '../support/uploads.ts';

let app: TestApp;

t.before(async () => {
  app = await startApp(t);
});

async function send(method: string, address: string, body?: unknown) {
  const json = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: json };
  const answer = await fetch(app.origin + address, { method, ...sent });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

const put = (name: string, body: unknown) => send('PUT', `/api/v1/sources/${name}`, body);
const inRoot = (...names: string[]) => path.join(app.root, ...names);
const tabs = { category: 'Kategorien', experience: 'Erfahrungen', manual: 'Handbücher' };

t.test('a named sheet is created, replaced and removed; the log has each change and refusal', async (t) => {
  const created = await put('draft', { kind: 'folder', place: './sheets/../sheets/draft/' });
  t.match(created, {
    status: 201,
    body: { name: 'draft', kind: 'folder', place: 'sheets/draft', tabs: null },
  });
  t.match(created.body, { drift: { state: 'absent' }, last_import: null, check: null });
  t.match(await put('draft', { kind: 'xlsx', place: inRoot('sheets/draft.xlsx') }), {
    status: 200,
    body: { kind: 'xlsx', place: 'sheets/draft.xlsx' },
  });
  const wrong = await put('No_name', { kind: 'xls', tabs: { category: 'a/b' } });
  t.equal(wrong.status, 422);
  const fields = ({ field }: { field: string }) => field;
  t.same(wrong.body.error.details.problems.map(fields), ['name', 'kind', 'tabs.category']);
  t.match(await put('other', { kind: 'folder', place: 'sheets/review' }), {
    status: 422,
    body: { error: { message: /review has this place already/ } },
  });
  const { body: list } = await app.json('/api/v1/sources');
  t.same(
    list.items.map(({ name }: { name: string }) => name),
    ['draft', 'published', 'review'],
  );
  t.match(await send('DELETE', '/api/v1/sources/draft'), { status: 204, body: null });
  t.match(await send('DELETE', '/api/v1/sources/draft'), { status: 404 });
  t.match(await send('DELETE', '/api/v1/sources/review'), {
    status: 409,
    body: { error: { code: 'wrong_state' } },
  });
  const place = 'sheets/draft';
  t.match(auditRows(app, 'source.changed'), [
    { target: 'source:draft', outcome: 'ok', detail: { before: null, after: { place } } },
    { target: 'source:draft', outcome: 'ok', detail: { before: { place }, after: { kind: 'xlsx' } } },
    { target: 'source:No_name', outcome: 'refused', detail: { before: null, after: { kind: 'xls' } } },
    { target: 'source:other', outcome: 'refused', detail: { message: /review has this place/ } },
  ]);
  t.match(auditRows(app, 'source.removed'), [
    { target: 'source:draft', outcome: 'ok', detail: { before: { kind: 'xlsx' } } },
    { target: 'source:draft', outcome: 'refused' },
    { target: 'source:review', outcome: 'refused', detail: { code: 'wrong_state' } },
  ]);
});

t.test('a workbook with tabs of other names is imported, exported and compared by its content', async (t) => {
  const file = inRoot('sheets/german.xlsx');
  fs.writeFileSync(file, await workbookOf(sheet(), tabs));
  t.match(await put('german', { kind: 'xlsx', place: 'sheets/german.xlsx', tabs }), { status: 201 });
  const checked = await send('POST', '/api/v1/sources/german/check', {});
  t.match(checked, {
    status: 200,
    body: { check: { status: 'ok', rows: 3, text: /^3 rows can be read\. No import or export/ } },
  });
  const imported = await app.run('import', { source: 'german' });
  t.match(imported, { status: 'succeeded', result: { added: 3, place: 'sheets/german.xlsx' } });
  const one = async () => (await app.json('/api/v1/sources/german')).body;
  t.match(await one(), { drift: { state: 'unchanged' }, last_import: { number: imported.number, rows: 3 } });
  const exported = await app.run('export', { target: 'german' });
  t.match(exported, { status: 'succeeded', args: { format: 'xlsx', place: 'sheets/german.xlsx' } });
  t.match(await one(), { drift: { state: 'unchanged' }, last_export: { number: exported.number, rows: 3 } });
  t.match((await app.run('import', { source: 'german', dry_run: true })).result, {
    unchanged: 3,
    warnings: 0,
  });
  fs.writeFileSync(file, await workbookOf(sheet({ manuals: [] }), tabs));
  t.match(await one(), { drift: { state: 'changed' } });
  const again = await send('POST', '/api/v1/sources/german/check', {});
  t.match(again.body.check, {
    status: 'warning',
    text: new RegExp(`changed since export #${exported.number}`),
  });
  fs.writeFileSync(file, await workbookOf(sheet()));
  const renamed = await app.run('import', { source: 'german', dry_run: true });
  t.match(renamed, {
    status: 'failed',
    failure: { message: /The tabs Kategorien, Erfahrungen and Handbücher are missing/ },
  });
  const refused = await send('POST', '/api/v1/sources/german/check', {});
  t.match(refused.body.check, {
    status: 'error',
    text: /Kategorien/,
    steps: [{ title: 'Opened' }, { status: 'error' }],
  });
  const byPath = await app.run('export', { path: 'sheets/german.xlsx' });
  t.match(byPath, { status: 'succeeded', args: { format: 'xlsx', place: 'sheets/german.xlsx' } });
  for (const choice of [{ source: 'german' }, { path: 'sheets/german.xlsx' }])
    t.match(await app.run('import', { ...choice, dry_run: true }), { result: { unchanged: 3, warnings: 0 } });
  const csv = await app.json('/api/v1/operations/export', { args: { target: 'german', format: 'csv' } });
  t.match(csv, { status: 422, body: { error: { message: /german is a workbook/ } } });
});

t.test('a folder whose files have other names is exported and imported by its name', async (t) => {
  const place = 'sheets/ordner';
  t.match(await put('ordner', { kind: 'folder', place, tabs }), { status: 201, body: { tabs } });
  const names = Object.values(tabs).map((name) => `${name}.csv`);
  for (const args of [{ target: 'ordner' }, { target: 'ordner' }, { path: place }]) {
    const exported = await app.run('export', args);
    t.match(exported, { status: 'succeeded', result: { path: place } });
    t.same(fs.readdirSync(inRoot(place)).sort(), names.toSorted());
  }
  const files = textOf(
    (await app.page(`/jobs/${(await app.run('export', { target: 'ordner' })).number}`)).html,
    'main',
  );
  t.match(files, /Erfahrungen\.csv/);
  t.match((await app.run('import', { source: 'ordner', dry_run: true })).result, { unchanged: 3 });
  fs.renameSync(inRoot(place), inRoot('sheets/elsewhere'));
  fs.symlinkSync('elsewhere', inRoot(place));
  const linked = await app.run('import', { source: 'ordner' });
  t.match(linked, { status: 'succeeded', result: { place } }, 'a folder that is a link now');
  t.match((await app.json('/api/v1/sources/ordner')).body, { last_import: { number: linked.number } });
  fs.renameSync(inRoot(place, 'Erfahrungen.csv'), inRoot(place, 'experiences.csv'));
  const { failure } = await app.run('import', { source: 'ordner', dry_run: true });
  t.match(failure, {
    message: /Erfahrungen\.csv is missing\. .* Rename “experiences\.csv” to “Erfahrungen\.csv”\./,
    detail: { code: 'missing_tab' },
  });
  fs.renameSync(inRoot(place, 'experiences.csv'), inRoot(place, 'Erfahrungen.csv'));
  fs.writeFileSync(inRoot(place, '.~lock.Erfahrungen.csv#'), '');
  t.match((await app.run('import', { source: 'ordner', dry_run: true })).result, { warnings: 1 });
  const beside = await app.run('export', { target: 'ordner', format: 'xlsx' });
  t.match(beside, { status: 'succeeded', result: { path: 'sheets/ordner.xlsx' } });
});

t.test(
  'the dialog of a named sheet keeps what was typed when it is refused, and leads to its page',
  async (t) => {
    const { html } = await app.page('/sources');
    t.equal(html.querySelector('#add-source')?.getAttribute('hx-get'), '/ui/sources/add');
    t.same(
      html.querySelectorAll('select[name="source"] option').map((option) => option.textContent.trim()),
      [
        'german · Workbook',
        'ordner · Folder of CSV files',
        'published · Folder of CSV files',
        'review · Folder of CSV files',
      ],
    );
    const empty = (await app.page('/ui/sources/add')).html;
    t.equal(textOf(empty, 'h1'), 'Add a source');
    const form = { name: 'cloud', kind: 'google', place: 'https://example.org', tab_manual: 'Texts' };
    const refused = await app.submit('/ui/sources/add', form, { 'hx-request': 'true' });
    t.equal(refused.status, 422);
    t.equal(refused.headers.get('hx-retarget'), '#dialog');
    const text = await refused.text();
    t.match(text, /value="https:\/\/example\.org".*Enter the address of the spreadsheet.*value="Texts"/s);
    const id = '1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R9s0T';
    const place = `https://docs.google.com/spreadsheets/d/${id}/edit#gid=0`;
    const add = () => app.submit('/ui/sources/add', { ...form, place });
    const both = await Promise.all([add(), add()]);
    t.same(
      both.map(({ status }) => status).sort(),
      [303, 422],
      'the second of two does not replace the first',
    );
    const added = both.find(({ status }) => status === 303);
    t.equal(added?.headers.get('location'), '/sources/cloud');
    t.match(await app.json('/api/v1/sources/cloud'), {
      body: {
        kind: 'google',
        place: id,
        tabs: { category: 'Categories', manual: 'Texts' },
        drift: { state: 'never' },
      },
    });
    const taken = await app.submit('/ui/sources/add', { ...form, place });
    t.match([taken.status, await taken.text()], [422, /there is a sheet named cloud already/]);
    const edit = (await app.page('/ui/sources/cloud/edit')).html;
    t.equal(edit.querySelector('input[name="tab_manual"]')?.getAttribute('value'), 'Texts');
    t.equal(edit.querySelector('input[name="name"]'), null);
    const moved = await app.submit('/ui/sources/cloud/edit', { kind: 'folder', place: 'sheets/cloud' });
    t.equal(moved.status, 303);
    const page = (await app.page('/sources/cloud')).html;
    t.match(textOf(page, '#source-cloud-card'), /Put the CSV files there.*sheets\/cloud/s);
    const dialog = (await app.page('/ui/sources/cloud/remove')).html;
    t.match(textOf(dialog, 'main'), /Its files.*stay/);
    const removed = await app.submit('/ui/sources/cloud/remove', {});
    t.match([removed.status, removed.headers.get('location')], [303, '/sources']);
    for (const address of ['/sources/cloud', '/ui/sources/cloud/edit', '/ui/sources/cloud/remove'])
      t.equal((await app.page(address)).status, 404, address);
  },
);

t.test('the page of a named sheet shows its last check step by step, and its jobs', async (t) => {
  const before = (await app.page('/sources/published')).html;
  t.match(textOf(before, '#source-published-card'), /Not checked yet/);
  t.equal(before.querySelector('#remove-source'), null, 'the default of imports cannot be removed');
  const checked = await app.submit('/ui/sources/published/check', {});
  t.match([checked.status, checked.headers.get('location')], [303, '/sources/published']);
  const after = (await app.page('/sources/published')).html;
  const steps = after.querySelectorAll('.step h3').map((step) => step.textContent);
  t.same(steps, ['Opened', 'Tabs and headers read', 'Rows counted', 'Compared']);
  t.match(textOf(after, '.steps'), /12, 60 and 12 in Categories, Experiences and Manuals/);
  const german = (await app.page('/sources/german')).html;
  t.match(textOf(german, 'table.jobs'), /Import spreadsheet #\d+.*Export library #\d+/s);
  t.match(await app.page('/ui/sources/german/card'), { status: 200 });
  const headers = { 'hx-request': 'true', 'hx-current-url': `${app.origin}/sources/published` };
  const part = await app.submit('/ui/sources/published/check', {}, headers);
  t.equal(part.headers.get('hx-retarget'), '#source-published-card');
  t.match(auditRows(app, 'source.checked').at(-1), { target: 'source:published', outcome: 'ok' });
  t.match(await send('POST', '/api/v1/sources/none/check', {}), { status: 404 });
});

t.test('the command line lists, sets, checks and removes named sheets', async (t) => {
  fs.mkdirSync(inRoot('sheets/mine'));
  for (const [name, text] of Object.entries(filesOf(sheet())))
    fs.writeFileSync(inRoot('sheets/mine', name), text);
  const runs: [string[], object][] = [
    [['set', 'mine', '--kind', 'folder', '--place', 'sheets/mine'], { code: 0, out: /^mine +folder +never/ }],
    [['check', 'mine'], { code: 0, out: /mine: 3 rows can be read/ }],
    [['list'], { code: 0, out: /german.*mine.*published/s }],
    [['set', 'mine'], { code: 2, err: /Kind: choose one of/ }],
    [['remove', 'mine'], { code: 0, out: /mine removed/ }],
    [['remove'], { code: 2, err: /Name a sheet/ }],
    [['mend'], { code: 2, err: /Name a verb/ }],
  ];
  for (const [words, expected] of runs)
    t.match(await runHere(app.root, ['source', ...words]), expected, words.join(' '));
});
