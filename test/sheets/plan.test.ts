import assert from 'node:assert/strict';
import t from 'tap';
import { createLibrary } from '../../src/library/repository.ts';
import { applyPlan } from '../../src/sheets/apply.ts';
import { checkSheet, isComparable } from '../../src/sheets/checks.ts';
import { readFolder } from '../../src/sheets/folder.ts';
import { type ImportPlan, type Mode, planImport, refuseRemovals } from '../../src/sheets/plan.ts';
import { badSheet } from '../../src/sheets/problems.ts';
import { planToken } from '../../src/sheets/token.ts';
import {
  category,
  experience,
  makeRoot,
  manual,
  type Root,
  type Sheet,
  sheet,
  writeSheet,
} from '../support/library.ts';

const now = '2026-11-22T10:00:00.000Z';
const nothing = { added: 0, changed: 0, unchanged: 0, removed: 0, invalid: 0 };

t.test('a first import adds everything, and the same again changes nothing', async (t) => {
  const root = makeRoot(t);
  t.strictSame(importSheet(root, sheet()).counts, { ...nothing, added: 3 });
  const before = createLibrary(root.db).revision();
  const again = importSheet(root, sheet());
  t.strictSame(again.counts, { ...nothing, unchanged: 3 });
  t.strictSame(again.after, { categories: 1, experiences: 1, manuals: 1 });
  t.equal(createLibrary(root.db).revision(), before, 'nothing was written');
});

t.test('a replace removes what the sheet does not have, a merge keeps it', async (t) => {
  const root = makeRoot(t);
  importSheet(
    root,
    sheet({
      categories: [category(), category({ code: 'SQL' })],
      experiences: [experience({ id: 'EXP-2', category_code: 'SQL' })],
    }),
  );
  t.strictSame(plan(root, sheet(), 'merge').counts, { ...nothing, added: 1, unchanged: 2 });
  const replace = importSheet(root, sheet());
  t.strictSame(replace.counts, { ...nothing, added: 1, unchanged: 2, removed: 2 });
  t.strictSame(replace.preview.removed, [
    { tab: 'Experiences', id: 'EXP-2', title: 'Commit one change at a time' },
    { tab: 'Categories', id: 'SQL', title: 'Name of SQL' },
  ]);
  t.strictSame(keys(root), ['GIT', 'EXP-1', 'MNL-1']);
});

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

t.test('a local_only entry that is in the sheet becomes what the sheet says', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet({ experiences: [experience({ sync_status: 2 })] }));
  const { preview } = importSheet(root, sheet());
  t.strictSame(preview.changed[0]?.fields, [{ field: 'sync_status', from: 'local_only', to: 'synced' }]);
});

t.test('two categories can swap their names, and a new one can take the name of one that goes', async (t) => {
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

t.test('the name of a category that stays cannot be given to another', async (t) => {
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

t.test('only changed text makes an entry wait for its embedding again', async (t) => {
  const changes: [string, string | number, string][] = [
    ['title', 'Another title', 'pending'],
    ['playbook', 'Another playbook', 'pending'],
    ['context', 'Now with context', 'pending'],
    ['author', 'Ada', 'embedded'],
    ['section', 'harmful', 'embedded'],
    ['sync_status', 'pending', 'embedded'],
    ['embedding_status', 'failed', 'embedded'],
    ['updated_at', '2020-01-01T00:00:00Z', 'embedded'],
  ];
  for (const [column, value, status] of changes) {
    await t.test(`${column} changed: ${status}`, async (t) => {
      const root = makeRoot(t);
      importSheet(root, sheet());
      root.db.exec(`UPDATE experiences SET embedding_status = 'embedded'`);
      importSheet(root, sheet({ experiences: [experience({ [column]: value })] }));
      t.equal(root.db.prepare('SELECT embedding_status FROM experiences').pluck().get(), status);
    });
  }
});

t.test('an entry that is removed takes its embedding along, and only its own', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet({ experiences: [experience(), experience({ id: 'MNL-1' })] }));
  const insert = root.db.prepare(`INSERT INTO embeddings VALUES (?, ?, 'm', '1', 1, x'00', '', NULL)`);
  for (const [id, type] of [
    ['EXP-1', 'experience'],
    ['MNL-1', 'experience'],
    ['MNL-1', 'manual'],
  ])
    insert.run(id, type);
  importSheet(root, sheet());
  t.strictSame(root.db.prepare(`SELECT entity_id || ' ' || entity_type FROM embeddings`).pluck().all(), [
    'EXP-1 experience',
    'MNL-1 manual',
  ]);
});

t.test('an empty cell and a missing value are the same', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet());
  t.equal(root.db.prepare('SELECT context FROM experiences').pluck().get(), null);
  root.db.exec(`UPDATE experiences SET context = '', author = ''; UPDATE categories SET description = ''`);
  t.strictSame(plan(root, sheet()).counts, { ...nothing, unchanged: 3 });
});

t.test('the number and the word of a sync_status are the same', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet({ experiences: [experience({ sync_status: 'pending' })] }));
  t.strictSame(plan(root, sheet({ experiences: [experience({ sync_status: 1 })] })).counts, {
    ...nothing,
    unchanged: 3,
  });
});

t.test('contextual without context passes where the library holds the same row', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet());
  root.db.exec(`UPDATE experiences SET section = 'contextual'`);
  const same = sheet({ experiences: [experience({ section: 'contextual' })] });
  t.strictSame(plan(root, same).counts, { ...nothing, unchanged: 3 });
  const other = sheet({ experiences: [experience({ section: 'contextual', author: 'Ada' })] });
  t.equal(plan(root, other).rowProblems[0]?.column, 'context');
});

t.test('an invalid row changes nothing: its entry stays as it is, with its category', async (t) => {
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

t.test('an invalid category stays as it is, and its entries remain valid', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet({ categories: [category(), category({ code: 'SQL' })] }));
  const spoilt = sheet({ categories: [category({ name: '' }), category({ code: 'SQL' })] });
  t.strictSame(importSheet(root, spoilt).counts, { ...nothing, unchanged: 3, invalid: 1 });
  t.strictSame(keys(root), ['GIT', 'SQL', 'EXP-1', 'MNL-1']);
});

t.test('times come from the sheet where they are ISO 8601, and a changed row is updated now', async (t) => {
  const root = makeRoot(t);
  const times = {
    created_at: '2024-02-03',
    updated_at: 'yesterday',
    synced_at: '2024-02-30T99:00',
    exported_at: '2024-02-03T04:05:06.789+01:00',
  };
  importSheet(root, sheet({ experiences: [experience(times)] }));
  const read = root.db
    .prepare('SELECT created_at, updated_at, synced_at, exported_at FROM experiences')
    .raw();
  t.strictSame(read.get(), ['2024-02-03', now, null, '2024-02-03T04:05:06.789+01:00']);
  root.db.exec(`UPDATE experiences SET updated_at = 'before'`);
  importSheet(root, sheet({ experiences: [experience({ author: 'Ada' })] }));
  t.strictSame(read.get(), ['2024-02-03', now, null, '2024-02-03T04:05:06.789+01:00']);
});

t.test('a sheet without times, and with its columns in another order, is as good', async (t) => {
  const root = makeRoot(t);
  const { created_at, updated_at, synced_at, exported_at, embedding_status, ...rest } = experience();
  const turned = Object.fromEntries(Object.entries(rest).reverse());
  importSheet(root, sheet({ experiences: [turned] }));
  t.strictSame(plan(root, sheet()).counts, { ...nothing, unchanged: 3 });
  t.equal(root.db.prepare('SELECT created_at FROM experiences').pluck().get(), now);
});

t.test('the preview shows the first fifty of each, field by field, with long texts cut', async (t) => {
  const root = makeRoot(t);
  const many = (count: number, row = {}) =>
    Array.from({ length: count }, (_, number) => experience({ id: `EXP-${number}`, ...row }));
  importSheet(root, sheet({ experiences: many(60) }));
  const { preview, counts } = plan(
    root,
    sheet({ experiences: many(60, { title: 'New title', author: 'Ada' }) }),
  );
  t.equal(counts.changed, 60);
  t.equal(preview.changed.length, 50);
  t.strictSame(preview.changed[0], {
    tab: 'Experiences',
    row: 2,
    id: 'EXP-0',
    title: 'New title',
    fields: [
      { field: 'title', from: 'Commit one change at a time', to: 'New title' },
      { field: 'author', from: null, to: 'Ada' },
    ],
  });
  t.strictSame(plan(makeRoot(t), sheet()).preview.added[0], {
    tab: 'Categories',
    row: 2,
    id: 'GIT',
    title: 'Name of GIT',
  });

  const long = 'x'.repeat(1500);
  importSheet(root, sheet({ experiences: [experience({ playbook: `${long}old` })] }), 'merge');
  const late = plan(root, sheet({ experiences: [experience({ playbook: `${long}new` })] }), 'merge').preview
    .changed[0];
  t.strictSame(late?.fields, [
    { field: 'playbook', from: `…${'x'.repeat(40)}old`, to: `…${'x'.repeat(40)}new` },
  ]);
  const early = plan(root, sheet({ experiences: [experience({ playbook: '😀'.repeat(300) })] }), 'merge')
    .preview.changed[0];
  t.equal(early?.fields[0]?.to, `${'😀'.repeat(200)}…`);
});

t.test('a replace that removes more than a fifth of the entries is refused', async (t) => {
  const root = makeRoot(t);
  const entries = (count: number) =>
    Array.from({ length: count }, (_, number) => experience({ id: `EXP-${number}` }));
  importSheet(root, sheet({ experiences: entries(9) }));
  t.doesNotThrow(() => refuseRemovals(plan(root, sheet({ experiences: entries(7) }))), '2 of 10');
  const tooMany = plan(root, sheet({ experiences: entries(6) }));
  t.throws(() => refuseRemovals(tooMany), {
    message:
      'This would remove 3 of 10 entries (30 %); nothing was written. An import that removes more than 20 % starts from its plan, or with allow_removals. If the sheet is only a part of the library, use the mode merge.',
    details: { code: 'too_many_removed', removed: 3, entries: 10 },
  });
});

t.test('the token of a plan changes with the library, the files and the mode', async (t) => {
  const tokens = [
    planToken(1, ['a', 'b'], 'replace'),
    planToken(2, ['a', 'b'], 'replace'),
    planToken(1, ['a', 'c'], 'replace'),
    planToken(1, ['a', 'b'], 'merge'),
  ];
  t.equal(new Set(tokens).size, 4);
  t.equal(planToken(1, ['a', 'b'], 'replace'), tokens[0]);
});

function plan(root: Root, content: Sheet, mode: Mode = 'replace'): ImportPlan {
  return read(root, content, mode).plan;
}

/** Leaves invalid rows out. */
function importSheet(root: Root, content: Sheet, mode: Mode = 'replace'): ImportPlan {
  const { plan, checked, library } = read(root, content, mode);
  library.write(() => applyPlan(library, plan, checked, now));
  assert.deepEqual(library.counts(), plan.after, 'the library is as large as planned');
  return plan;
}

function read(root: Root, content: Sheet, mode: Mode) {
  const checked = checkSheet(readFolder(writeSheet(root, content), () => true));
  if (!isComparable(checked)) throw badSheet(checked.sheetProblems, checked.rowProblems);
  const library = createLibrary(root.db);
  return { library, checked, plan: planImport(checked, library, mode) };
}

/** Of all rows that the library has. */
function keys({ db }: Root): unknown[] {
  return [
    'SELECT code FROM categories ORDER BY 1',
    'SELECT id FROM experiences ORDER BY 1',
    'SELECT id FROM category_manuals ORDER BY 1',
  ].flatMap((statement) => db.prepare(statement).pluck().all());
}
