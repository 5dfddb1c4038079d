import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { listSheetFiles } from '../../src/sheets/file-facts.ts';
import { hashSheet } from '../../src/sheets/read-sheet.ts';
import { tabFiles } from '../../src/sheets/tabs.ts';
import { experience, makeRoot, manual, sheet, writeSheet } from '../support/library.ts';
import { runByHand, runScript } from '../support/script.ts';

const many = Array.from({ length: 3000 }, (_, number) => experience({ id: `EXP-${number}` }));

t.test('an export writes the review sheet and its time, and an import of it changes nothing', async (t) => {
  const { config, db } = await filledRoot(t);
  const { code, result, jobId, progress, stdout } = await runScript(config, 'export');
  t.equal(code, 0);
  t.strictSame(result, {
    dry_run: false,
    categories: 1,
    experiences: 1,
    manuals: 1,
    left_out: 1,
    path: 'sheets/review',
    files: listSheetFiles(path.join(config.root, 'sheets/review')),
    hashes: await hashSheet({ kind: 'folder', path: path.join(config.root, 'sheets/review') }),
  });
  t.match(stdout, /Wrote sheets\/review\/manuals.csv, [\d.]+ (bytes|KiB)/);
  t.match(progress.at(-1), { done: 3, total: 3, phase: 'write' });
  const folder = path.join(config.root, 'sheets/review');
  t.strictSame(fs.readdirSync(folder), tabFiles);
  t.match(db.prepare('SELECT * FROM ops_applied WHERE job_id = ?').get(jobId), {
    result: JSON.stringify(result),
  });
  const [at] = fs.readFileSync(path.join(folder, 'manuals.csv'), 'utf8').match(/[^,]+(?=\r\n$)/) ?? [];
  t.strictSame(db.prepare('SELECT id, exported_at FROM category_manuals ORDER BY id').raw().all(), [
    ['MNL-1', at],
    ['MNL-2', null],
  ]);
  const dryRun = await runScript(config, 'import', { source: 'review', dry_run: true });
  t.match(dryRun.result, { added: 0, changed: 0, unchanged: 3, removed: 0 });
});

t.test('a dry run counts and writes nothing', async (t) => {
  const { config, db } = await filledRoot(t);
  const { result } = await runScript(config, 'export', { dry_run: true, target: 'published' });
  t.match(result, {
    dry_run: true,
    categories: 1,
    experiences: 1,
    manuals: 1,
    left_out: 1,
    path: 'sheets/published',
  });
  t.strictSame(fs.readdirSync(path.join(config.root, 'sheets')), ['published']);
  t.equal(db.prepare('SELECT exported_at FROM experiences').pluck().get(), null);
});

t.test('the previous sheet is kept beside the new one', async (t) => {
  const { config, db } = await filledRoot(t);
  await runScript(config, 'export');
  db.exec(`UPDATE experiences SET title = 'Another title'`);
  await runScript(config, 'export');
  const read = (name: string) =>
    fs.readFileSync(path.join(config.root, 'sheets', name, 'experiences.csv'), 'utf8');
  t.match(read('review'), 'Another title');
  t.match(read('review.previous'), 'Commit one change at a time');
});

t.test(
  'an export that is killed while writing leaves the old sheet, and the next export cleans up',
  async (t) => {
    const { config } = await filledRoot(t, { experiences: many });
    const folder = writeSheet({ config }, sheet(), 'sheets/review');
    const before = fs.readFileSync(path.join(folder, 'experiences.csv'), 'utf8');
    const { signal } = await runScript(config, 'export', {}, (message, child) => {
      if (message.type === 'progress') child.kill('SIGKILL');
    });
    t.equal(signal, 'SIGKILL');
    const now = fs.existsSync(folder) ? fs.readFileSync(path.join(folder, 'experiences.csv'), 'utf8') : null;
    t.ok(
      now === before || now?.split('\r\n').length === many.length + 2,
      'the sheet is either the old or the new one',
    );
    t.match(await runScript(config, 'export'), { code: 0 });
    t.notOk(fs.existsSync(`${folder}.writing`));
  },
);

t.test('a half-done swap is repaired before the next export', async (t) => {
  const { config } = await filledRoot(t);
  const folder = writeSheet({ config }, sheet({ manuals: [] }), 'sheets/review.previous');
  writeSheet({ config }, sheet(), 'sheets/review.writing');
  const before = fs.readFileSync(path.join(folder, 'manuals.csv'), 'utf8');
  t.match(await runScript(config, 'export'), { code: 0 });
  t.strictSame(fs.readdirSync(path.join(config.root, 'sheets')), ['published', 'review', 'review.previous']);
  t.equal(
    fs.readFileSync(path.join(folder, 'manuals.csv'), 'utf8'),
    before,
    'the previous sheet is unchanged',
  );
});

t.test('a workbook is written, its previous one is kept, and an open one is named', async (t) => {
  const { config, db } = await filledRoot(t);
  const file = path.join(config.root, 'sheets/review.xlsx');
  const args = { format: 'xlsx' };
  t.match(await runScript(config, 'export', args), {
    code: 0,
    result: { manuals: 1, left_out: 1, path: 'sheets/review.xlsx', files: [{ name: 'review.xlsx' }] },
  });
  const first = fs.readFileSync(file);
  fs.writeFileSync(path.join(config.root, 'sheets/~$review.xlsx'), '');
  db.exec(`UPDATE experiences SET title = 'Another title'`);
  const { rows } = await runScript(config, 'export', args);
  t.match(rows, [{ ref: 'review.xlsx', outcome: 'warning', message: /^review.xlsx is open in Excel, / }]);
  t.strictSame(fs.readFileSync(path.join(config.root, 'sheets/review.previous.xlsx')), first);
  db.prepare('UPDATE category_manuals SET content = ?').run('x'.repeat(40_000));
  for (const dry_run of [true, false]) {
    const { code, failure } = await runScript(config, 'export', { ...args, dry_run });
    t.match([code, failure?.message], [65, /^MNL-1, “How we branch”: content has 40,000 characters/]);
  }
});

t.test('a path that is not a sheet is never overwritten', async (t) => {
  const { config, db } = await filledRoot(t);
  fs.writeFileSync(path.join(config.root, 'sheets/notes.xlsx'), 'PK, but no workbook');
  fs.mkdirSync(path.join(config.root, 'sheets/folder.xlsx'));
  const cases: [string, string, string][] = [
    ['csv', 'chl.db', '“chl.db” is not allowed. A sheet is written to a folder in sheets.'],
    ['csv', 'faiss_index', '“faiss_index” is not allowed. A sheet is written to a folder in sheets.'],
    [
      'csv',
      'sheets/published/manuals.csv',
      'sheets/published/manuals.csv is a file, not a folder. Choose a folder for the sheet.',
    ],
    [
      'csv',
      'sheets/x.xlsx',
      'sheets/x.xlsx is the name of a workbook: choose the format XLSX, or a folder without this ending.',
    ],
    ['xlsx', 'sheets/x', 'The name of a workbook ends in .xlsx: choose sheets/x.xlsx, or the format CSV.'],
    [
      'xlsx',
      'sheets/notes.xlsx',
      'sheets/notes.xlsx is not a workbook, by its first bytes. Move that file, or choose another name.',
    ],
    ['xlsx', 'sheets/folder.xlsx', 'sheets/folder.xlsx is not a file. Choose a file for the workbook.'],
    [
      'xlsx',
      'sheets/review.previous.xlsx',
      'sheets/review.previous.xlsx is reserved for exports. Choose a name that does not end in .previous or .writing.',
    ],
  ];
  for (const [format, given, message] of cases) {
    const { code, failure } = await runScript(config, 'export', { format, path: given });
    t.equal(code, 65, given);
    t.match(failure, { message, detail: { code: 'path_not_allowed' } });
  }
  t.equal(db.prepare('SELECT count(*) FROM category_manuals').pluck().get(), 2);
});

t.test('an export started by hand refuses an unknown argument', async (t) => {
  const { config } = await filledRoot(t);
  const { code, failure } = await runByHand(config, 'export', { kind: 'xlsx' });
  t.equal(code, 65);
  t.equal(failure?.message, 'Unknown argument "kind". Known: format, target, path, download, dry_run.');
});

/** A library with one entry of each kind, and a local_only manual. */
async function filledRoot(t: Parameters<typeof makeRoot>[0], parts = {}) {
  const root = makeRoot(t);
  writeSheet(
    root,
    sheet({ manuals: [manual(), manual({ id: 'MNL-2', sync_status: 'local_only' })], ...parts }),
  );
  const { code, stderr } = await runScript(root.config, 'import');
  if (code !== 0) throw new Error(stderr);
  return root;
}
