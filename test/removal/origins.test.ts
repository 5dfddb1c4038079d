// Where entries come from: which imports of which sheets note it, and what becomes of it.
import path from 'node:path';
import fs from 'node:fs';
import t from 'tap';
import { connect } from '../../src/core/db/driver.ts';
import { backupFile } from '../../src/sheets/backup.ts';
import { namedSourceOf, openSheet, type SheetChoice } from '../../src/sheets/location.ts';
import { openSourceFinder } from '../../src/source-store/source-repository.ts';
import { experience, makeRoot, manual, type Root, sheet, writeSheet } from '../support/library.ts';
import { hashLibrary, importRecorded, undo } from '../support/undo.ts';

/** The source of each entry that has one, by id. */
function originsOf({ db }: Root): Record<string, string> {
  const rows = db.prepare('SELECT entity_id, source FROM ops_origin ORDER BY entity_id').raw().all();
  return Object.fromEntries(rows as [string, string][]);
}

const entries = (...ids: string[]) => ids.map((id) => experience({ id }));
const published = { 'EXP-1': 'published', 'MNL-1': 'published' };

t.test('an entry comes from the named source whose import has added it', async (t) => {
  const root = makeRoot(t);
  await importRecorded(root, sheet());
  t.strictSame(originsOf(root), published);

  const changed = manual({ title: 'Another title' });
  await importRecorded(
    root,
    sheet({ experiences: entries('EXP-1', 'EXP-2'), manuals: [changed] }),
    'merge',
    'review',
  );
  const both = { ...published, 'EXP-2': 'review' };
  t.strictSame(originsOf(root), both, 'an entry that was there, unchanged or changed, keeps its own');

  const again = [...entries('EXP-1', 'EXP-3'), experience({ id: 'EXP-2', title: 'Another title' })];
  await importRecorded(root, sheet({ experiences: again, manuals: [changed] }), 'merge', null);
  t.strictSame(
    originsOf(root),
    both,
    'what a file has added comes from no source, and a file changes no origin',
  );

  await importRecorded(root, sheet({ experiences: entries('EXP-3') }), 'replace');
  t.strictSame(originsOf(root), { 'MNL-1': 'published' }, 'it goes with its entry');
});

t.test('entries from before have no origin, whatever an import finds or changes in them', async (t) => {
  const root = makeRoot(t);
  root.db.exec(`
    INSERT INTO categories VALUES ('GIT', 'Git', NULL, '');
    INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, created_at, updated_at)
      VALUES ('EXP-1', 'GIT', 'useful', 'Old', 'Old', 'global', 0, '', '')`);
  await importRecorded(root, sheet());
  t.strictSame(originsOf(root), { 'MNL-1': 'published' });
});

t.test('an id that another program removes and adds again has no origin any more', async (t) => {
  const root = makeRoot(t);
  await importRecorded(root, sheet());
  const other = connect(root.config.databasePath);
  t.teardown(() => other.close());
  other.exec(`
    CREATE TEMP TABLE kept AS SELECT * FROM experiences;
    DELETE FROM experiences;
    INSERT INTO experiences SELECT * FROM kept`);
  t.strictSame(originsOf(root), { 'MNL-1': 'published' });
  other.exec(`DELETE FROM category_manuals`);
  t.strictSame(originsOf(root), {});
});

t.test('an entry that another program replaces or gives another id has no origin any more', async (t) => {
  const root = makeRoot(t);
  const manuals = ['MNL-1', 'MNL-2', 'MNL-3'].map((id) => manual({ id }));
  await importRecorded(root, sheet({ experiences: entries('EXP-1', 'EXP-2', 'EXP-3'), manuals }));
  const other = connect(root.config.databasePath);
  t.teardown(() => other.close());
  for (const [table, prefix] of [
    ['experiences', 'EXP'],
    ['category_manuals', 'MNL'],
  ]) {
    other.exec(`
      INSERT OR IGNORE INTO ${table} SELECT * FROM ${table} WHERE id = '${prefix}-3';
      INSERT OR REPLACE INTO ${table} SELECT * FROM ${table} WHERE id = '${prefix}-1';
      UPDATE ${table} SET id = '${prefix}-9' WHERE id = '${prefix}-2'`);
  }
  const kept = { 'EXP-3': 'published', 'MNL-3': 'published' };
  t.strictSame(originsOf(root), kept);
  other.exec(`UPDATE experiences SET id = 'EXP-2' WHERE id = 'EXP-9'`);
  t.strictSame(originsOf(root), kept, 'nor when it gets its old id again');
  other.exec(`UPDATE OR REPLACE experiences SET id = 'EXP-3' WHERE id = 'EXP-1'`);
  t.strictSame(originsOf(root), { 'MNL-3': 'published' }, 'nor from an entry whose id it takes');
});

t.test('an undo puts origins back as they were', async (t) => {
  const root = makeRoot(t);
  await importRecorded(root, sheet({ experiences: entries('EXP-1', 'EXP-2') }));
  await importRecorded(root, sheet({ experiences: entries('EXP-3') }), 'merge', 'review');
  const [before, hash] = [originsOf(root), hashLibrary(root)];
  t.strictSame(before, { ...published, 'EXP-2': 'published', 'EXP-3': 'review' });

  const backup = await importRecorded(root, sheet({ experiences: entries('EXP-1', 'EXP-4'), manuals: [] }));
  t.strictSame(originsOf(root), { 'EXP-1': 'published', 'EXP-4': 'published' });
  const undone = await undo(root, backup);
  t.strictSame(originsOf(root), before);
  t.equal(hashLibrary(root), hash);
  await undo(root, undone.backup);
  t.strictSame(originsOf(root), { 'EXP-1': 'published', 'EXP-4': 'published' });
});

t.test('an undo takes the origin from an entry that another import has added again since', async (t) => {
  const root = makeRoot(t);
  await importRecorded(root, sheet({ experiences: entries('EXP-1', 'EXP-2') }), 'replace', null);
  const backup = await importRecorded(root, sheet({ experiences: entries('EXP-1') }));
  await importRecorded(root, sheet({ experiences: [experience({ id: 'EXP-2', title: 'New' })] }), 'merge');
  t.strictSame(originsOf(root), { 'EXP-2': 'published' });
  t.match(await undo(root, backup, { allow_changed: true }), { changed: 1, left_alone: 0 });
  t.strictSame(originsOf(root), {});
});

t.test('a backup of a version that noted no origins gives back entries without one', async (t) => {
  const root = makeRoot(t);
  await importRecorded(root, sheet());
  const backup = await importRecorded(root, sheet({ manuals: [] }));
  const file = connect(backupFile(root.config, backup));
  file.exec('DROP TABLE ops_origin');
  file.close();
  t.match(await undo(root, backup), { added: 1 });
  t.strictSame(originsOf(root), { 'EXP-1': 'published' });
});

t.test('a path that is the place of a named source counts as it', async (t) => {
  const root = makeRoot(t);
  const { config } = root;
  for (const place of ['sheets/published', 'sheets/review', 'sheets/draft']) writeSheet(root, sheet(), place);
  fs.symlinkSync('review', path.join(config.root, 'sheets/linked'));
  const cases: [SheetChoice, string | null][] = [
    [{ name: 'published' }, 'published'],
    [{ name: 'review' }, 'review'],
    [{ name: 'published', path: 'sheets/review' }, 'review'],
    [{ name: 'published', path: path.join(config.root, 'sheets/review') }, 'review'],
    [{ name: 'published', path: 'sheets/linked' }, 'review'],
    [{ name: 'published', path: 'sheets/draft' }, null],
  ];
  const sources = openSourceFinder(config.opsDatabasePath);
  for (const [choice, name] of cases) {
    const place = openSheet(config, sources, choice);
    t.equal(namedSourceOf(config, sources, choice, place), name, JSON.stringify(choice));
  }
  const upload = { name: 'published', upload: 'any' } as const;
  t.equal(
    namedSourceOf(config, sources, upload, { kind: 'folder', path: path.join(config.root, 'uploads/any') }),
    null,
  );
});
