import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { category, experience, makeRoot, manual, sheet, writeSheet, contentOf } from '../support/library.ts';
import { runScript } from '../support/script.ts';

const entries = (count: number, row = {}) =>
  Array.from({ length: count }, (_, number) => experience({ id: `EXP-${number}`, ...row }));

t.test('a first import fills an empty library and reports its counts', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  const { code, result, progress, jobId, stdout } = await runScript(root.config, 'import');
  t.equal(code, 0);
  t.match(result, {
    mode: 'replace',
    dry_run: false,
    added: 3,
    changed: 0,
    unchanged: 0,
    removed: 0,
    invalid: 0,
    categories: 1,
    experiences: 1,
    manuals: 1,
    plan: /^[0-9a-f]{32}$/,
    preview: { changed: [], removed: [], invalid: [] },
    backup: /^library-.*\.db$/,
    can_undo: true,
  });
  t.equal(stdout, `Read 3 rows from sheets/published.\nBacked up the library as ${result?.backup}.\n`);
  const phases = ['read', 'check', 'compare', 'back up', 'write'];
  t.strictSame([...new Set(progress.map(({ phase }) => phase))], phases);
  t.match(progress.at(-1), { done: 3, total: 3, phase: 'write' });
  t.match(root.db.prepare('SELECT * FROM ops_applied').all(), [
    { job_id: jobId, attempt: 1, revision: 3, result: JSON.stringify(result) },
  ]);
  t.match(root.db.prepare('SELECT * FROM ops_library_state').get(), { revision: 3, writer: `${jobId}.1` });
  t.strictSame(root.db.prepare('SELECT id, sync_status, embedding_status FROM experiences').raw().all(), [
    ['EXP-1', 0, 'pending'],
  ]);
});

t.test('a second import of the same sheet changes nothing and makes no backup', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  await runScript(root.config, 'import');
  const { result, progress } = await runScript(root.config, 'import');
  t.match(result, { added: 0, unchanged: 3, removed: 0, backup: null, can_undo: false });
  t.ok(progress.some(({ phase, total }) => phase === 'compare' && total === 3));
  t.equal(fs.readdirSync(path.join(root.config.root, 'backups')).length, 1, 'of the first import');
});

t.test('a library is backed up before it changes', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  await runScript(root.config, 'import');
  writeSheet(root, sheet({ experiences: [experience({ title: 'Another title' })] }));
  const { result, progress, stdout } = await runScript(root.config, 'import');
  t.match(result, { changed: 1, unchanged: 2, backup: /^library-.*\.db$/ });
  t.match(stdout, `Backed up the library as ${result?.backup}.`);
  t.ok(progress.some(({ phase, total }) => phase === 'back up' && total === 3));
  const backup = openDatabase(path.join(root.config.root, 'backups', String(result?.backup)), { busyMs: 0 });
  t.teardown(() => backup.close());
  t.equal(backup.pragma('integrity_check', { simple: true }), 'ok');
  t.equal(backup.prepare('SELECT title FROM experiences').pluck().get(), 'Commit one change at a time');
});

t.test('a dry run counts, shows a preview and writes nothing', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  await runScript(root.config, 'import');
  const before = contentOf(root);
  writeSheet(
    root,
    sheet({
      experiences: [experience({ author: 'Ada' }), experience({ id: 'EXP-2', title: '' })],
      manuals: [],
    }),
  );
  const { code, result, rows } = await runScript(root.config, 'import', { dry_run: true });
  t.equal(code, 0, 'invalid rows are part of the plan');
  t.match(result, {
    dry_run: true,
    added: 0,
    changed: 1,
    unchanged: 1,
    removed: 1,
    invalid: 1,
    categories: 1,
    experiences: 1,
    manuals: 0,
    preview: {
      added: [],
      changed: [{ tab: 'Experiences', row: 2, fields: [{ field: 'author', from: null, to: 'Ada' }] }],
      removed: [{ tab: 'Manuals', id: 'MNL-1', title: 'How we branch' }],
      invalid: [{ tab: 'Experiences', row: 3, column: 'title', value: '' }],
    },
    backup: null,
  });
  t.strictSame(
    rows.map(({ ref, outcome, message }) => [ref, outcome, message]),
    [['Experiences!3', 'invalid', 'title: The cell is empty; 1 to 120 characters are expected.']],
  );
  t.strictSame(contentOf(root), before);
});

t.test('one invalid row stops the import, and every problem is a result row', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet({ experiences: [experience({ id: 'EXP' }), ...entries(60, { section: 'x' })] }));
  const before = contentOf(root);
  const { code, failure, rows, result, stderr } = await runScript(root.config, 'import');
  t.equal(code, 65);
  t.equal(result, null);
  t.match(
    failure?.message,
    /^60 problems in the sheet; nothing was written\. The first: Experiences, row 3, section: /,
  );
  t.equal(stderr, `${failure?.message}\n`);
  t.match(failure?.detail, { code: 'invalid_rows', total: 60 });
  t.equal((failure?.detail?.problems as unknown[] | undefined)?.length, 50);
  t.equal(rows.length, 60);
  t.match(rows.at(-1), { ref: 'Experiences!62', outcome: 'invalid' });
  t.strictSame(contentOf(root), before);
});

t.test('skip_invalid skips invalid rows and lists them', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet({ experiences: [experience(), experience({ id: 'EXP-2', section: 'x' })] }));
  const { code, result, rows } = await runScript(root.config, 'import', { skip_invalid: true });
  t.equal(code, 0);
  t.match(result, { added: 3, invalid: 1, experiences: 1 });
  t.strictSame(
    rows.map(({ ref, outcome }) => [ref, outcome]),
    [['Experiences!3', 'invalid']],
  );
});

t.test('skip_invalid does not skip a missing tab', async (t) => {
  const root = makeRoot(t);
  fs.rmSync(path.join(writeSheet(root, sheet()), 'manuals.csv'));
  const { code, failure, rows } = await runScript(root.config, 'import', { skip_invalid: true });
  t.equal(code, 65);
  t.match(failure?.detail, { code: 'missing_tab', total: 1 });
  t.match(rows, [{ ref: 'Manuals', outcome: 'invalid', message: /^manuals\.csv is missing\./ }]);
});

t.test('unknown columns are skipped with a warning', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet({ manuals: [manual({ reviewer: 'Ada', notes: 'fine' })] }));
  const { code, rows, stdout } = await runScript(root.config, 'import');
  t.equal(code, 0);
  const message = 'Unknown columns were left out: reviewer, notes.';
  t.match(rows, [{ ref: 'Manuals', outcome: 'warning', message }]);
  t.match(stdout, `Manuals: ${message}`);
});

t.test('a sheet is read from its path, with the delimiter that it uses', async (t) => {
  const root = makeRoot(t);
  const folder = writeSheet(root, sheet({ categories: [category({ description: 'a, b' })] }), 'uploads/mine');
  const file = path.join(folder, 'categories.csv');
  fs.writeFileSync(file, '\uFEFFcode;name;description;created_at\nGIT;Git;a, b;\n');
  const { result } = await runScript(root.config, 'import', { path: 'uploads/mine' });
  t.match(result, { added: 3 });
  t.strictSame(root.db.prepare('SELECT name, description FROM categories').raw().get(), ['Git', 'a, b']);
});
