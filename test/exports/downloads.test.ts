import fs from 'node:fs';
import path from 'node:path';
import { readXlsx } from 'hucre';
import t from 'tap';
import unzipper from 'unzipper';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { declaredOperations } from '../../src/declared-operations.ts';
import { parseCsv } from '../../src/csv/csv.ts';
import { tabFiles, tabs } from '../../src/sheets/tabs.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { defineOperation } from '../support/operations.ts';
import { textOf } from '../support/screen.ts';

const idle = defineOperation({ name: 'idle', child: 'sleeps' });
const hold = { ...idle, name: 'hold', locks: () => [{ name: 'library', mode: 'exclusive' as const }] };
const catalogue = () => createCatalogue([...declaredOperations, idle, hold]);

async function download(app: TestApp, address: string, method = 'GET') {
  const answer = await fetch(app.origin + address, { method });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const { headers, status } = answer;
  return { status, bytes, name: headers.get('content-disposition'), length: headers.get('content-length') };
}

/** The rows of each tab, with the header. */
async function readTabs(bytes: Buffer, format: 'csv' | 'xlsx'): Promise<unknown[][][]> {
  if (format === 'xlsx') {
    const { sheets } = await readXlsx(bytes);
    return sheets.map(({ rows }) => rows);
  }
  const { files } = await unzipper.Open.buffer(bytes);
  if (files.map((file) => file.path).join() !== tabFiles.join())
    throw new Error('The tabs are not all there.');
  return Promise.all(files.map(async (file) => parseCsv(await file.buffer(), ',').records));
}

const auditOf = (app: TestApp, event: string) =>
  app.ops
    .prepare('SELECT target, outcome, detail FROM audit WHERE event = ? ORDER BY id')
    .all(event)
    .map((row) => ({ ...(row as object), detail: JSON.parse((row as { detail: string }).detail) }));

/** The audit row is written when the connection has ended. */
async function untilAudited(app: TestApp, event: string, rows: number) {
  while (auditOf(app, event).length < rows) await new Promise((resolve) => setImmediate(resolve));
  return auditOf(app, event);
}

t.test('the library is downloaded as CSV or XLSX, audited, without touching the review sheet', async (t) => {
  const app = await startApp(t, { catalogue: catalogue() });
  await app.run('import');
  const count = (table: string) => app.library.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  const lengths = ['categories', 'experiences', 'category_manuals'].map((table) => Number(count(table)) + 1);
  const { html } = await app.page('/library');
  const links = html
    .querySelectorAll('.page-head a[href*=download]')
    .map((link) => link.getAttribute('href') ?? '');
  t.strictSame(links, ['/ui/library/download?format=xlsx', '/ui/library/download?format=csv']);
  for (const address of [...links, '/api/v1/library/export?format=xlsx', '/api/v1/library/export']) {
    const format = address.includes('xlsx') ? 'xlsx' : 'csv';
    const { status, bytes, name, length } = await download(app, address);
    t.equal(status, 200, address);
    t.match(name, format === 'xlsx' ? /chl-library-[\d-]+\.xlsx"/ : /chl-library-[\d-]+\.zip"/);
    t.equal(Number(length), bytes.length);
    const read = await readTabs(bytes, format);
    t.strictSame(
      read.map((rows) => rows.length),
      lengths,
    );
    t.strictSame(
      read.map(([header]) => header),
      tabs.map(({ headers }) => headers),
    );
  }
  t.strictSame(fs.readdirSync(path.join(app.root, 'exports')), []);
  t.strictSame(fs.readdirSync(path.join(app.root, 'sheets')), ['published']);
  t.equal(app.library.prepare('SELECT count(exported_at) FROM experiences').pluck().get(), 0);
  const rows = await untilAudited(app, 'library.download', 4);
  t.match(rows[0], { target: 'job:2', outcome: 'ok', detail: { file_name: /^chl-library-/ } });
  const head = await download(app, '/api/v1/library/export?format=xlsx', 'HEAD');
  t.match(head, { status: 200, name: /\.xlsx"/, bytes: { length: 0 } });
  t.match(await app.json('/api/v1/library/export?format=ods'), { status: 422 });
  t.equal(app.parts.listing.total(), 5, 'neither HEAD nor a wrong format makes anything');

  app.library.prepare('UPDATE category_manuals SET content = ?').run('x'.repeat(40_000));
  t.match(await app.json('/api/v1/library/export?format=xlsx'), {
    status: 422,
    body: { error: { code: 'bad_input', message: /content has 40,000 characters.* Export as CSV/ } },
  });

  const holder = await app.json('/api/v1/operations/hold', { args: {} });
  await app.whenJob(holder.body.number, 'running');
  t.match(await app.json('/api/v1/library/export'), {
    status: 409,
    body: { error: { code: 'operation_locked' } },
  });
});

t.test('three downloads are made at once, and cancelled when their clients leave', async (t) => {
  const app = await startApp(t, { catalogue: catalogue(), env: { CHL_MAX_RUNNING_JOBS: '1' } });
  const { body } = await app.json('/api/v1/operations/idle', { args: {} });
  await app.whenJob(body.number, 'running');
  const left = new AbortController();
  const ask = () => fetch(`${app.origin}/api/v1/library/export`, { signal: left.signal }).catch(() => 'left');
  const asked = [ask(), ask(), ask()];
  const numbers = [1, 2, 3].map((more) => body.number + more);
  for (const number of numbers) t.match(await app.whenJob(number, 'queued'), { operation: 'export' });
  const refused = await app.json('/api/v1/library/export');
  t.match(refused, {
    status: 503,
    body: { error: { code: 'busy', message: /^3 downloads are being made\./ } },
  });
  left.abort();
  t.strictSame(await Promise.all(asked), ['left', 'left', 'left']);
  for (const number of numbers) t.match(await app.whenJob(number), { status: 'cancelled' });
});

t.test(
  'the page of an export shows its files, and says when they were replaced, changed or removed',
  async (t) => {
    const app = await startApp(t);
    await app.run('import');
    const first = await app.run('export');
    const part = 'section[aria-labelledby=h-files]';
    const files = async (number: number) => textOf((await app.page(`/jobs/${number}`)).html, part);
    t.match(first.result, { path: 'sheets/review', files: tabFiles.map((name) => ({ name })) });
    const { html } = await app.page(`/jobs/${first.number}`);
    t.match(
      textOf(html, '.verdict'),
      /72 entries in 12 categories written to sheets\/review \(3 files, [\d.]+ KiB\)/,
    );
    t.match(
      textOf(html, part),
      /sheets\/review Download as ZIP File Size categories.csv [\d.]+ KiB experiences.csv/,
    );
    t.notMatch(textOf(html, part), /replaced|changed/);
    const link = html.querySelector(`${part} a`)?.getAttribute('href') ?? '';
    const { name, bytes } = await download(app, link);
    t.equal(name, 'attachment; filename="review.zip"');
    t.equal((await readTabs(bytes, 'csv'))[2]?.length, 13);
    t.match(await untilAudited(app, 'export.download', 1), [
      { target: `job:${first.number}`, outcome: 'ok' },
    ]);

    const second = await app.run('export', { format: 'xlsx' });
    const workbook = await download(app, `/ui/jobs/${second.number}/files`);
    t.equal(workbook.name, 'attachment; filename="review.xlsx"');
    t.equal((await readTabs(workbook.bytes, 'xlsx'))[2]?.length, 13);
    t.notMatch(await files(first.number), /replaced/, 'a workbook is another sheet');
    const third = await app.run('export');
    t.match(await files(first.number), `Export #${third.number} has replaced them.`);
    fs.appendFileSync(path.join(app.root, 'sheets/review/manuals.csv'), '\r\n');
    t.match(await files(third.number), 'They were changed after this export.');
    fs.rmSync(path.join(app.root, 'sheets/review.xlsx'));
    t.match(await files(second.number), 'These files are no longer there.');
    t.equal((await download(app, `/ui/jobs/${second.number}/files`)).status, 404);
    t.equal((await download(app, '/ui/jobs/1/files')).status, 404, 'an import has no files');

    const kept = await app.run('export', { download: true });
    t.match(await files(kept.number), 'library.zip');
    const folder = path.join(app.root, 'exports', kept.id);
    t.equal(
      (await download(app, `/ui/jobs/${kept.number}/files`)).name,
      'attachment; filename="library.zip"',
    );
    fs.utimesSync(folder, 0, 0);
    t.equal((await download(app, '/api/v1/library/export')).status, 200);
    t.notOk(fs.existsSync(folder), 'a download that nobody waits for is kept for an hour');
    const { html: after } = await app.page(`/jobs/${kept.number}`);
    t.equal(after.querySelector(part), null);
  },
);

t.test('an empty sheet with the headers is downloaded', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  for (const format of ['csv', 'xlsx'] as const) {
    const { bytes, name } = await download(app, `/api/v1/sheets/template?format=${format}`);
    t.match(name, /chl-template\.(zip|xlsx)"/);
    t.strictSame(
      await readTabs(bytes, format),
      tabs.map(({ headers }) => [headers]),
    );
  }
  t.match(await app.json('/api/v1/library/export'), {
    status: 409,
    body: { error: { code: 'wrong_state' } },
  });
});
