import '../support/plain-children.ts';
import { once } from 'node:events';
import http from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { parse } from 'node-html-parser';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { experience, filesOf, sheet, workbookOf } from '../support/library.ts';
import { textOf } from '../support/screen.ts';
import { keptUploads, type Files, uploadSheet } from '../support/sheet-uploads.ts';
import { auditRows } from '../support/uploads.ts';
import { buildZip } from '../support/zip.ts';
import { type Audit, systemRequester } from '../../src/core/audit.ts';
import { fileNameOf } from '../../src/sources/file-name.ts';
import { createSheetUploads } from '../../src/sources/uploads.ts';

const mebibyte = 1024 * 1024;
const files = filesOf(sheet());
const hour = 3600_000;
let app: TestApp;
let at = Date.parse('2026-11-28T12:00:00Z');

t.before(async () => {
  app = await startApp(t, { env: { CHL_SHEET_MAX_MB: '1' }, now: () => new Date(at) });
});

t.test('three CSV files are one sheet, which an import takes by its id', async (t) => {
  const { status, body } = await uploadSheet(app, files);
  t.equal(status, 201);
  t.match(body, {
    file_name: 'categories.csv and 2 more',
    kind: 'files',
    tabs: [
      { name: 'Categories', rows: 1, headers: ['code', 'name', 'description', 'created_at'] },
      { name: 'Experiences', rows: 1 },
      { name: 'Manuals', rows: 1 },
    ],
    warnings: [],
  });
  const job = await app.run('import', { sheet: body.sheet_id });
  t.match(job, { status: 'succeeded', result: { added: 3 }, args: { sheet_name: body.file_name } });
  const { html } = await app.page(`/jobs/${job.number}`);
  t.match(html.querySelector('main')?.text, 'categories.csv and 2 more, replace');
  const log = await fetch(`${app.origin}/api/v1/operations/jobs/${job.number}/log`);
  t.match(await log.text(), 'Read 3 rows from categories.csv and 2 more.');
  const both = await app.json('/api/v1/operations/import', {
    args: { sheet: body.sheet_id, path: 'sheets/published', dry_run: true },
  });
  t.match(both, { status: 422, body: { error: { message: /either files or a folder/ } } });
  const removed = await fetch(`${app.origin}/api/v1/sheets/${body.sheet_id}`, { method: 'DELETE' });
  t.match(await removed.json(), { sheet_id: body.sheet_id });
  t.same(keptUploads(app), []);
});

t.test(
  'a workbook and a ZIP are recognised by their content, and CSV files as Google names them',
  async (t) => {
    const workbook = await workbookOf(sheet());
    const zip = buildZip(Object.entries(files).map(([name, text]) => ({ name, data: Buffer.from(text) })));
    const google = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [
        `Library - ${name[0]?.toUpperCase()}${name.slice(1)}`,
        text,
      ]),
    );
    const kinds: [string, Files, string][] = [
      ['library.xlsx', { 'library.xlsx': workbook }, 'xlsx'],
      ['library.csv', { 'library.csv': workbook }, 'xlsx'],
      ['sheet.zip', { 'sheet.zip': zip }, 'zip'],
      ['Library - Categories.csv and 2 more', google, 'files'],
    ];
    for (const [file_name, sent, kind] of kinds) {
      const { body } = await uploadSheet(app, sent);
      t.match(body, { file_name, kind, tabs: [{ rows: 1 }, { rows: 1 }, { rows: 1 }] }, file_name);
      const job = await app.run('import', { sheet: body.sheet_id, dry_run: true });
      t.match(job.result, { unchanged: 3, invalid: 0 }, file_name);
      app.parts.sheetUploads.remove(body.sheet_id, systemRequester);
    }
  },
);

t.test('names of files are made safe, and never leave the folder', async (t) => {
  const names: [string, string][] = [
    ['../../etc/passwd', 'passwd'],
    ['C:\\sheets\\library.xlsx', 'library.xlsx'],
    ['.hidden.csv', 'hidden.csv'],
    ['a\u202Eb\u0000c.csv', 'abc.csv'],
    ['..', 'sheet'],
    [`${'x'.repeat(300)}.csv`, `${'x'.repeat(116)}.csv`],
  ];
  for (const [given, safe] of names) t.equal(fileNameOf(given), safe);
});

t.test(
  'an upload is refused when it would use the reserve of the disk, or other uploads need the rest',
  async (t) => {
    const { config } = app.parts;
    const audited: unknown[] = [];
    const uploads = createSheetUploads({
      config,
      audit: { record: ({ detail }: { detail: unknown }) => audited.push(detail) } as unknown as Audit,
      now: () => new Date(at),
      createTask: () => t.fail('no check is started') as never,
      freeBytes: () => config.diskReserveBytes + 1000,
      wantedBy: () => null,
      onError: t.error,
    });
    const first = uploads.open(systemRequester, 600);
    t.throws(() => uploads.open(systemRequester, 401), { code: 'disk_full', message: /needs 401 bytes/ });
    t.match(audited, [{ code: 'disk_full' }]);
    first.close(new Error('aborted'));
    uploads.open(systemRequester, 401).close();
  },
);

t.test('a sheet that cannot be kept is refused with its own code, an audit row and no file', async (t) => {
  const { 'manuals.csv': _, ...two } = files;
  const xls = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...Buffer.alloc(600)]);
  const noTitle = filesOf(sheet({ experiences: [{ id: 'EXP-1', category_code: 'GIT' }] }));
  const refusals: [what: string, Files, status: number, code: string, message: RegExp][] = [
    ['no file', {}, 400, 'no_file', /No file was chosen/],
    [
      'a missing tab',
      two,
      422,
      'missing_tab',
      /^1 problem in the sheet; nothing was kept\. .*manuals\.csv is missing/,
    ],
    ['a missing header', noTitle, 422, 'missing_header', /“title”/],
    ['an old workbook', { 'library.xls': xls }, 422, 'not_a_sheet', /old Excel format/],
    ['an empty file', { 'library.csv': '' }, 422, 'not_a_sheet', /is empty/],
    ['a workbook and more', { ...two, 'a.xlsx': 'PK\u0003\u0004xl/' }, 422, 'mixed_files', /^a\.xlsx is a/],
    ['four files', { ...files, 'd.csv': 'x' }, 400, 'too_many_files', /up to three CSV files/],
    ['one name twice', { 'a.csv': 'x', 'A.csv': 'y' }, 400, 'same_name', /^Two files are named A\.csv/],
    ['too many bytes', { 'a.csv': Buffer.alloc(mebibyte + 1) }, 413, 'too_large', /limit is 1 MiB/],
    [
      'too many bytes together',
      { 'a.csv': Buffer.alloc(mebibyte - 1), 'b.csv': Buffer.alloc(9) },
      413,
      'too_large',
      /b\.csv is too large\. The limit is 1 MiB/,
    ],
  ];
  const before = auditRows(app, 'sheet.upload').length;
  for (const [what, sent, status, code, message] of refusals) {
    const { body, ...answer } = await uploadSheet(app, sent);
    t.equal(answer.status, status, what);
    t.equal(body.error.details?.code ?? body.error.code, code, what);
    t.match(body.error.message, message, what);
    t.same(keptUploads(app), [], what);
  }
  t.same(
    auditRows(app, 'sheet.upload')
      .slice(before)
      .map(({ outcome, detail }) => [outcome, detail.code]),
    refusals.map(([, , , code]) => ['refused', code]),
  );
  const field = await uploadSheet(app, files, { field: 'sheet' });
  t.match(field, {
    status: 400,
    body: { error: { message: /unknown field "sheet"\. Send each file as file/ } },
  });
  t.match(await app.json('/api/v1/sheets', {}), { status: 415 });
});

t.test('an upload announced as too large is refused before its body', async (t) => {
  const request = begin(600 * mebibyte);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  t.equal(response.statusCode, 413);
  request.destroy();
});

t.test('interrupted uploads leave nothing, and do not hold up others', async (t) => {
  const requests = [1, 2, 3].map(() => begin(200_000));
  await until(() => keptUploads(app).length === 3);
  await app.parts.sheetUploads.runOnce();
  t.equal(keptUploads(app).length, 3, 'a sweep leaves uploads that arrive');
  const { body } = await uploadSheet(app, files);
  for (const request of requests) request.destroy();
  await until(() => keptUploads(app).length === 1);
  t.same(keptUploads(app), [`sheet-${body.sheet_id}`]);
  t.same(
    auditRows(app, 'sheet.upload')
      .slice(-3)
      .map(({ detail }) => detail.code),
    ['aborted', 'aborted', 'aborted'],
  );
  app.parts.sheetUploads.remove(body.sheet_id, systemRequester);
});

t.test('a sheet is kept for an hour after its last job, and until that has ended', async (t) => {
  const { body } = await uploadSheet(app, files);
  const args = { sheet: body.sheet_id, dry_run: true };
  at += hour - 1;
  const { number } = await app.run('import', args);
  at += hour - 1;
  await app.parts.sheetUploads.runOnce();
  t.equal(keptUploads(app).length, 1, 'its last use is less than an hour ago');
  at += 1;
  await app.parts.sheetUploads.runOnce();
  t.same(keptUploads(app), []);
  t.match(auditRows(app, 'sheet.remove').at(-1), { outcome: 'ok', target: body.file_name });
  const again = await app.json('/api/v1/operations/import', { args });
  t.match(again, { status: 422, body: { error: { message: /Choose the file again\.$/ } } });
  const { html } = await app.page(`/jobs/${number}`);
  t.match(html.querySelector('main')?.text, body.file_name, 'the job still names the file');
});

t.test('a retry says at once that its upload is gone, and is refused', async (t) => {
  const { body } = await uploadSheet(app, filesOf(sheet({ experiences: [experience({ title: '' })] })));
  const { number, status } = await app.run('import', { sheet: body.sheet_id });
  t.equal(status, 'failed');
  const linkOf = async () => {
    const { html } = await app.page(`/jobs/${number}`);
    return html.querySelector(`a[href="/ui/jobs/${number}/retry"]`)?.getAttribute('href') ?? '';
  };
  const gone = /The uploaded file is gone.*Choose the file again\./;
  t.notMatch((await app.page(await linkOf())).text, gone);
  at += hour;
  await app.parts.sheetUploads.runOnce();
  const { html } = await app.page(await linkOf());
  t.match(textOf(html, '[role="alert"]'), gone);
  const form = { reason: 'a test needs it', confirm: 'import' };
  const refused = await app.submit(html.querySelector('main form')?.getAttribute('action') ?? '', form);
  t.equal(refused.status, 422);
  t.match(textOf(parse(await refused.text()), '[role="alert"]'), gone);
  t.match(auditRows(app, 'job.refused').at(-1), { target: 'operation:import', detail: { message: gone } });
});

t.test('the former name of the field is taken, too', async (t) => {
  t.match(await uploadSheet(app, files, { field: 'files' }), { status: 201 });
});

/** Starts an upload that never ends: announces `length` bytes, and sends a part. */
function begin(length: number): http.ClientRequest {
  const request = http.request(`${app.origin}/api/v1/sheets`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=edge', 'content-length': length },
  });
  request.on('error', () => {});
  request.write('--edge\r\ncontent-disposition: form-data; name="files"; filename="half.csv"\r\n\r\nx');
  return request;
}

async function until(test: () => boolean) {
  const deadline = performance.now() + 20_000;
  while (!test()) {
    if (performance.now() > deadline) throw new Error(`still there: ${keptUploads(app)}`);
    await setImmediate();
  }
}
