// The page of sources without JavaScript, its parts for htmx, and the same choice on the command line.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { experience, filesOf, sheet, workbookOf } from '../support/library.ts';
import { textOf } from '../support/screen.ts';
import { keptUploads, uploadSheet } from '../support/sheet-uploads.ts';
import { makeFolder } from '../support/folder.ts';

const files = filesOf(sheet());
const page = { place: '/ui/sources/upload', headers: { accept: 'text/html' } };
const htmx = { 'hx-request': 'true' };
let app: TestApp;

t.before(async () => {
  app = await startApp(t);
});

t.test('an empty library is filled with two forms: the files, then the button', async (t) => {
  const { html } = await app.page('/sources');
  t.match(textOf(html, '#published-row, .hub'), /It was neither imported nor exported yet/);
  const uploaded = await uploadSheet(app, files, page);
  t.equal(uploaded.status, 303);
  const address = uploaded.headers.get('location') ?? '';
  const chosen = (await app.page(address)).html;
  const sheetId = chosen.querySelector('input[name="sheet"]')?.getAttribute('value') ?? '';
  t.equal(address, `/sources?sheet=${sheetId}`);
  t.match(textOf(chosen, '#sheet-files table'), /Experiences\s*1\s*14 of 14/);
  t.equal(textOf(chosen, '#start-import'), 'Import and build the index');
  const form = { from: 'files', sheet: sheetId, into_empty: 'true' };
  const started = await app.submit('/ui/sources/import', form);
  t.match(started, { status: 303 });
  t.equal(started.headers.get('location'), '/jobs/1');
  const cookie = started.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  t.match(
    textOf((await app.page('/jobs/1', { cookie })).html, '#toasts'),
    /Import #1 queued\. Index #2 follows it/,
  );
  t.match(await app.whenJob(1), { status: 'succeeded', operation: 'import', reason: null });
  t.match(await app.whenJob(2), { status: 'succeeded', operation: 'index', result: { vectors: 2 } });
});

t.test('the index that follows a failed import says why it has nothing to do', async (t) => {
  const app = await startApp(t);
  const bad = filesOf(sheet({ experiences: [experience({ title: '' })] }));
  const sheetId = (await uploadSheet(app, bad)).body.sheet_id;
  await app.submit('/ui/sources/import', { from: 'files', sheet: sheetId, into_empty: 'true' });
  t.match(await app.whenJob(1), { status: 'failed' });
  t.match(await app.whenJob(2), { status: 'succeeded', result: { vectors: 0 } });
  t.match(
    textOf((await app.page('/jobs/2')).html, '.verdict'),
    'The library has no entries after import #1, so there is nothing to index.',
  );
});

t.test('a library with entries gets a plan, although the form was made for an empty one', async (t) => {
  const form = { from: 'source', source: 'published', into_empty: 'true', mode: 'merge', key: 'once' };
  const started = await app.submit('/ui/sources/import', form);
  t.match(started, { status: 303 });
  t.equal(started.headers.get('location'), '/plans/3');
  const again = await app.submit('/ui/sources/import', form);
  t.equal(again.headers.get('location'), '/plans/3', 'a double click makes one plan');
  t.match(await app.whenJob(3), { status: 'succeeded', args: { dry_run: true, mode: 'merge' } });
  const { html } = await app.page('/sources');
  t.equal(textOf(html, '#start-import'), 'Make the plan');
  t.match(textOf(html, '#choose'), /The library has 2 entries, so a plan is made first/);
});

t.test('what is wrong is shown in its place, with its status', async (t) => {
  const choices: [Record<string, string>, number, RegExp][] = [
    [{ from: 'files' }, 422, /Choose a file first/],
    [{ from: 'files', sheet: '0a0b0c0d' }, 422, /Choose the file again/],
    [{ from: 'folder' }, 422, /Enter a path first/],
    [{ from: 'folder', path: '/etc' }, 422, /“\/etc” is not allowed/],
  ];
  for (const [form, status, message] of choices) {
    const answer = await app.submit('/ui/sources/import', form);
    t.equal(answer.status, status, message.source);
    t.match(await answer.text(), message);
  }
  const plain = await uploadSheet(app, { 'a.csv': 'x' }, page);
  t.match(plain, { status: 422, text: /<h1>Sources<\/h1>.*role="alert"[^>]*>.*nothing was kept/s });
  const part = await uploadSheet(app, { 'a.csv': 'x' }, { ...page, headers: htmx });
  t.match(part, { status: 422, text: /^<div[^>]*id="sheet-files".*role="alert">/s });
  t.same(keptUploads(app).length, 1);
});

t.test('a part for htmx shows what was read, keeps it in the address, and is removed again', async (t) => {
  const headers = { ...htmx, 'hx-current-url': `${app.origin}/sources` };
  const part = await uploadSheet(app, { 'library.xlsx': await workbookOf(sheet()) }, { ...page, headers });
  t.equal(part.status, 200);
  t.match(part.text, /library\.xlsx.*workbook.*Kept for an hour/s);
  const address = part.headers.get('hx-replace-url') ?? '';
  const id = new URLSearchParams(address.split('?')[1]).get('sheet') ?? '';
  const busy = await app.json('/api/v1/operations/import', { args: { sheet: id, dry_run: true } });
  const dialog = (await app.page(`/ui/operations/import/confirm?sheet=${id}`)).html;
  t.equal(textOf(dialog, 'h1'), 'Plan the import of library.xlsx?');
  t.equal(dialog.querySelector('input[name="sheet"]')?.getAttribute('value'), id);
  await app.whenJob(busy.body.number);
  const removed = await app.submit('/ui/sources/remove', { sheet: id }, headers);
  t.match(await removed.text(), /Choose\s+files…/);
  t.match(await app.submit('/ui/sources/remove', { sheet: id }), { status: 404 });
});

t.test('a row says whether the content of a sheet changed after its last import or export', async (t) => {
  const rows = async () =>
    (await app.page('/ui/sources/card')).html.querySelectorAll('.hub-row').map((row) => row.textContent);
  await app.run('export');
  t.match((await rows())[1], /3 rows, unchanged since the export.*exported/s);
  const file = path.join(app.root, 'sheets/review/manuals.csv');
  const later = new Date(Date.now() + 60_000);
  fs.utimesSync(file, later, later);
  t.match((await rows())[1], /3 rows, unchanged since the export/, 'a save without a change is none');
  fs.appendFileSync(file, '\r\n');
  t.match((await rows())[1], /Edited since our export of 3 rows.*Import the changes before/s);
  await app.run('import', { source: 'published', mode: 'merge' });
  t.match((await rows())[0], /84 rows, unchanged since the import/);
  await app.parts.checker.runOnce('sources');
  const before = await rows();
  await app.run('export', { format: 'xlsx' });
  await app.run('export', { download: true });
  t.strictSame(await rows(), before, 'a workbook and a download are no export to the folder');
});

t.test('the command line uploads files and folders from anywhere', async (t) => {
  const { mine: folder, empty } = foldersIn(makeFolder(t, { mine: filesOf(sheet()), empty: {} }));
  const words = ['import', folder, '--dry-run', '--mode', 'merge'];
  const { code, out } = await runHere(app.root, words);
  t.equal(code, 0, out);
  t.match(out, /import #\d+ succeeded/);
  const refusals: [string[], RegExp][] = [
    [[path.join(folder, 'missing.xlsx')], /missing\.xlsx does not exist/],
    [[folder, '--source', 'review'], /Name files or --source, not both/],
    [[empty], /has no CSV file/],
    [[path.join(folder, 'manuals.csv')], /are missing/],
  ];
  for (const [given, err] of refusals)
    t.match(await runHere(app.root, ['import', ...given]), { err }, err.source);
  await app.close();
  const byHand = await runHere(app.root, [...words, '--json']);
  t.match(byHand, { code: 0, out: /"sheet_name":\s*"categories\.csv and 2 more"/ });
});

const foldersIn = (folder: string) => ({
  mine: path.join(folder, 'mine'),
  empty: path.join(folder, 'empty'),
});
