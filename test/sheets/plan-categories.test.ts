import { badSheet } from '../../src/sheets/problems.ts';
import t from 'tap';
import { category, experience, makeRoot, manual, sheet } from '../support/library.ts';
import { importSheet, keys, nothing, plan } from '../support/plan.ts';

t.test('a merge may use categories that only the library has', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet({ categories: [category(), category({ code: 'SQL' })] }));
  const added = sheet({ experiences: [experience({ id: 'EXP-2', category_code: 'SQL' })] });
  t.strictSame(plan(root, added, 'merge').rowProblems, []);
  t.equal(plan(root, added, 'replace').rowProblems[0]?.column, 'category_code');
  const unknown = plan(root, sheet({ experiences: [experience({ category_code: 'XYZ' })] }), 'merge');
  t.equal(
    unknown.rowProblems[0]?.message,
    'The category “XYZ” is neither in the Categories tab nor in the library. Add it there, or correct the code.',
  );
});

t.test('a replace keeps local_only entries, with their categories', async (t) => {
  const root = makeRoot(t);
  importSheet(
    root,
    sheet({
      categories: [category(), category({ code: 'SQL' }), category({ code: 'OPS' })],
      experiences: [experience({ id: 'EXP-LOCAL', category_code: 'SQL', sync_status: 'local_only' })],
      manuals: [manual({ category_code: 'OPS' })],
    }),
  );
  const { counts, after } = importSheet(root, sheet());
  t.strictSame(counts, { ...nothing, added: 1, changed: 1, unchanged: 1, removed: 1 });
  t.strictSame(after, { categories: 2, experiences: 2, manuals: 1 });
  t.strictSame(keys(root), ['GIT', 'SQL', 'EXP-1', 'EXP-LOCAL', 'MNL-1']);
});

t.test('a local_only entry that is in the sheet takes the values of the sheet', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet({ experiences: [experience({ sync_status: 2 })] }));
  const { preview } = importSheet(root, sheet());
  t.strictSame(preview.changed[0]?.fields, [{ field: 'sync_status', from: 'local_only', to: 'synced' }]);
});

t.test('two categories can swap names, and a new one can take the name of a removed one', async (t) => {
  const root = makeRoot(t);
  const [git, sql] = [category({ name: 'One' }), category({ code: 'SQL', name: 'Two' })];
  importSheet(root, sheet({ categories: [git, sql, category({ code: 'OLD', name: 'Three' })] }));
  importSheet(
    root,
    sheet({
      categories: [
        { ...git, name: 'Two' },
        { ...sql, name: 'One' },
        category({ code: 'NEW', name: 'Three' }),
      ],
    }),
  );
  t.strictSame(root.db.prepare(`SELECT code || ' ' || name FROM categories ORDER BY code`).pluck().all(), [
    'GIT Two',
    'NEW Three',
    'SQL One',
  ]);
});

t.test('a category cannot take the name of one that stays', async (t) => {
  const root = makeRoot(t);
  importSheet(
    root,
    sheet({
      categories: [category(), category({ code: 'SQL', name: 'Databases' })],
      manuals: [manual({ category_code: 'SQL', sync_status: 2 })],
    }),
  );
  const taken = sheet({
    categories: [category(), category({ code: 'DBS', name: 'Databases' })],
    manuals: [],
  });
  for (const mode of ['merge', 'replace'] as const) {
    const { sheetProblems } = plan(root, taken, mode);
    t.equal(badSheet(sheetProblems, []).details?.code, 'name_taken');
    t.equal(
      sheetProblems[0]?.problem.message,
      '“Databases” is the name of category SQL, which stays in the library. Rename one of them.',
    );
  }
});

t.test('entries survive when their category is replaced by another', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet());
  const moved = sheet({
    categories: [category({ code: 'VCS', name: 'Name of GIT' })],
    experiences: [experience({ category_code: 'VCS' })],
    manuals: [manual({ category_code: 'VCS' })],
  });
  t.strictSame(importSheet(root, moved).counts, { ...nothing, added: 1, changed: 2, removed: 1 });
  t.strictSame(keys(root), ['VCS', 'EXP-1', 'MNL-1']);
});

t.test('an invalid row changes nothing: the library keeps its entry and its category', async (t) => {
  const root = makeRoot(t);
  importSheet(
    root,
    sheet({
      categories: [category(), category({ code: 'SQL' })],
      experiences: [experience({ category_code: 'SQL' })],
    }),
  );
  const spoilt = sheet({
    experiences: [experience({ title: '' })],
    manuals: [manual({ category_code: 'XYZ' })],
  });
  const { counts, after } = importSheet(root, spoilt);
  t.strictSame(counts, { ...nothing, unchanged: 1, invalid: 2 });
  t.strictSame(after, { categories: 2, experiences: 1, manuals: 1 });
  t.strictSame(keys(root), ['GIT', 'SQL', 'EXP-1', 'MNL-1']);
});

t.test('an invalid category row changes nothing, and its entries remain valid', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet({ categories: [category(), category({ code: 'SQL' })] }));
  const spoilt = sheet({ categories: [category({ name: '' }), category({ code: 'SQL' })] });
  t.strictSame(importSheet(root, spoilt).counts, { ...nothing, unchanged: 3, invalid: 1 });
  t.strictSame(keys(root), ['GIT', 'SQL', 'EXP-1', 'MNL-1']);
});
