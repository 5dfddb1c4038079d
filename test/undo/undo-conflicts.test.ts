// An undo within this process after others have written: which rows it leaves alone, and why.
import t from 'tap';
import { category, experience, makeRoot, type Sheet, sheet } from '../support/library.ts';
import { importSheet } from '../support/plan.ts';
import { importRecorded, rowsOf, undo } from '../support/undo.ts';

const sql = category({ code: 'SQL', name: 'Databases' });
const inSql = experience({ id: 'EXP-2', category_code: 'SQL' });
const base = sheet();
const wider = sheet({ categories: [category(), sql], experiences: [experience(), inSql] });
const addEntry = (id: string, code: string) =>
  `INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, created_at, updated_at)
   VALUES ('${id}', '${code}', 'useful', 'New', 'New', 'local', 0, '', '')`;

/** `since`: what others write between the import of `to` and its undo. `left`: the rows that are left alone, and why;
 *  `always`: also those that allow_changed does not put back. */
const cases: { title: string; from: Sheet; to: Sheet; since: string; left: string[]; always?: string[] }[] = [
  {
    title: 'a category that the import added got another entry since',
    from: base,
    to: wider,
    since: addEntry('EXP-9', 'SQL'),
    left: ['SQL: It has 1 entry that stays.'],
    always: ['SQL: It has 1 entry that stays.'],
  },
  {
    title: 'an entry that the import added was removed since',
    from: base,
    to: wider,
    since: `DELETE FROM experiences WHERE id = 'EXP-2'`,
    left: [],
  },
  {
    title: 'an entry that the import added was changed since, so its category stays, too',
    from: base,
    to: wider,
    since: `UPDATE experiences SET author = 'Eve' WHERE id = 'EXP-2'`,
    left: ['EXP-2: It was changed since.', 'SQL: It has 1 entry that stays.'],
  },
  {
    title: 'an entry that the import changed was changed since',
    from: base,
    to: sheet({ experiences: [experience({ title: 'Other' })] }),
    since: `UPDATE experiences SET title = 'Third' WHERE id = 'EXP-1'`,
    left: ['EXP-1: It was changed since.'],
  },
  {
    title: 'an entry that the import changed was removed since',
    from: base,
    to: sheet({ experiences: [experience({ title: 'Other' })] }),
    since: `DELETE FROM experiences WHERE id = 'EXP-1'`,
    left: ['EXP-1: It was removed since.'],
  },
  {
    title: 'an entry that the import changed was changed back since',
    from: base,
    to: sheet({ experiences: [experience({ author: 'Ada' })] }),
    since: `UPDATE experiences SET author = '' WHERE id = 'EXP-1'`,
    left: [],
  },
  {
    title: 'the id of an entry that the import removed has another text now',
    from: wider,
    to: sheet({ categories: [category(), sql] }),
    since: addEntry('EXP-2', 'SQL'),
    left: ['EXP-2: It was added again since.'],
  },
  {
    title: 'the category of an entry that the import removed was removed since',
    from: wider,
    to: sheet({ categories: [category(), sql] }),
    since: `DELETE FROM categories WHERE code = 'SQL'`,
    left: ['EXP-2: Its category SQL is no longer in the library. Add the category, then plan again.'],
    always: ['EXP-2: Its category SQL is no longer in the library. Add the category, then plan again.'],
  },
  {
    title: 'the name of a category that the import removed was taken since, so its entries stay away, too',
    from: wider,
    to: base,
    since: `INSERT INTO categories VALUES ('DBS', 'Databases', NULL, '')`,
    left: [
      'EXP-2: Its category SQL is no longer in the library. Add the category, then plan again.',
      'SQL: Its name “Databases” is now that of category DBS. Rename that one, then plan again.',
    ],
    always: [
      'EXP-2: Its category SQL is no longer in the library. Add the category, then plan again.',
      'SQL: Its name “Databases” is now that of category DBS. Rename that one, then plan again.',
    ],
  },
  {
    title: 'an entry was made local since',
    from: base,
    to: sheet({ experiences: [experience({ title: 'Other' })] }),
    since: `UPDATE experiences SET sync_status = 2 WHERE id = 'EXP-1'`,
    left: ['EXP-1: It was changed since.'],
  },
  {
    title: 'entries were exported and embedded since, which is no change',
    from: base,
    to: sheet({ experiences: [experience({ title: 'Other' })] }),
    since: `UPDATE experiences SET exported_at = '2026-02-02', embedding_status = 'embedded'`,
    left: [],
  },
];

for (const { title, from, to, since, left, always = [] } of cases) {
  t.test(title, async (t) => {
    for (const allow_changed of [false, true]) {
      const root = makeRoot(t);
      importSheet(root, from);
      const old = rowsOf(root);
      const backup = await importRecorded(root, to);
      root.db.exec(since);
      const now = rowsOf(root);
      const plan = await undo(root, backup, { allow_changed, dry_run: true });
      t.strictSame(rowsOf(root), now, 'a dry run writes nothing');
      const result = await undo(root, backup, { allow_changed, plan: plan.plan });
      const found = result.preview.left_alone ?? [];
      t.strictSame(found.map(({ id, message }) => `${id}: ${message}`).sort(), allow_changed ? always : left);
      t.equal(result.left_alone, found.length);
      if (found.length === 0 && result.backup !== null)
        t.strictSame(rowsOf(root), old, 'everything is as before the import');
    }
  });
}

t.test('an undo after a later import leaves the rows of that one alone', async (t) => {
  const root = makeRoot(t);
  importSheet(root, base);
  const first = await importRecorded(root, wider);
  const second = await importRecorded(
    root,
    sheet({ ...wider, experiences: [experience({ title: 'New' }), inSql] }),
  );
  await undo(root, first);
  const titles = () => root.db.prepare('SELECT id, title FROM experiences ORDER BY id').raw().all();
  t.strictSame(titles(), [['EXP-1', 'New']]);
  await undo(root, second);
  t.strictSame(titles(), [['EXP-1', experience().title]]);
});

t.test('entries that another model has embedded since wait again', async (t) => {
  const root = makeRoot(t);
  importSheet(root, base);
  const embed = (model: string) => {
    root.db.exec(`UPDATE ops_library_state SET embedding_model = '${model}', embedding_dimension = 1;
      UPDATE experiences SET embedding_status = 'embedded'; DELETE FROM embeddings;
      INSERT INTO embeddings VALUES ('EXP-1', 'experience', '${model}', '1', 1, x'00', '2026', 'hash')`);
  };
  const status = () => root.db.prepare('SELECT embedding_status FROM experiences').pluck().get();
  embed('one');
  const backup = await importRecorded(root, sheet({ experiences: [experience({ title: 'Other' })] }));
  embed('two');
  const undone = await undo(root, backup);
  t.equal(status(), 'pending');
  await undo(root, undone.backup);
  t.equal(status(), 'embedded', 'those of the present model do not');
});
