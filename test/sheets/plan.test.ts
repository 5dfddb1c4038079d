import t from 'tap';
import { createLibrary } from '../../src/library/repository.ts';
import { refuseLargeRemoval } from '../../src/sheets/plan.ts';
import { planToken } from '../../src/sheets/token.ts';
import { category, experience, makeRoot, sheet } from '../support/library.ts';
import { importSheet, keys, nothing, now, plan } from '../support/plan.ts';

t.test('a first import adds everything, and a second one changes nothing', async (t) => {
  const root = makeRoot(t);
  t.strictSame(importSheet(root, sheet()).counts, { ...nothing, added: 3 });
  const before = createLibrary(root.db).revision();
  const again = importSheet(root, sheet());
  t.strictSame(again.counts, { ...nothing, unchanged: 3 });
  t.strictSame(again.after, { categories: 1, experiences: 1, manuals: 1 });
  t.equal(createLibrary(root.db).revision(), before, 'nothing was written');
});

t.test('texts of the library that no sheet can have are changes', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet());
  const find = root.db.prepare<[], [string, string]>('SELECT title, content FROM category_manuals').raw();
  const [title = '', content = ''] = find.get() ?? [];
  const set = root.db.prepare('UPDATE category_manuals SET title = ?, content = ?');
  for (const [what, values] of Object.entries({
    'a NUL': [`${title}\0${content}`, ''],
    'a NUL at the end': [title, `${content}\0`],
    bytes: [Buffer.from(title), content],
  })) {
    set.run(...values);
    t.match(importSheet(root, sheet()).counts, { changed: 1, unchanged: 2 }, what);
    t.strictSame(find.get(), [title, content], what);
  }
});

t.test('rows in another order are the same rows', async (t) => {
  const root = makeRoot(t);
  const experiences = Array.from({ length: 20 }, (_, number) => experience({ id: `EXP-${number}` }));
  importSheet(root, sheet({ experiences }));
  const counts = importSheet(root, sheet({ experiences: experiences.toReversed() })).counts;
  t.strictSame(counts, { ...nothing, unchanged: 22 });
});

t.test('a replace removes entries that the sheet does not have, and a merge keeps them', async (t) => {
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

t.test('only a change of embedded text makes an entry pending', async (t) => {
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

t.test('removing an entry removes its embedding and no other', async (t) => {
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

t.test('an empty cell equals a missing value', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet());
  t.equal(root.db.prepare('SELECT context FROM experiences').pluck().get(), null);
  root.db.exec(`UPDATE experiences SET context = '', author = ''; UPDATE categories SET description = ''`);
  t.strictSame(plan(root, sheet()).counts, { ...nothing, unchanged: 3 });
});

t.test('a sync_status may be a number or a word', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet({ experiences: [experience({ sync_status: 'pending' })] }));
  t.strictSame(plan(root, sheet({ experiences: [experience({ sync_status: 1 })] })).counts, {
    ...nothing,
    unchanged: 3,
  });
});

t.test('a contextual row without context passes if the library holds the same row', async (t) => {
  const root = makeRoot(t);
  importSheet(root, sheet());
  root.db.exec(`UPDATE experiences SET section = 'contextual'`);
  const same = sheet({ experiences: [experience({ section: 'contextual' })] });
  t.strictSame(plan(root, same).counts, { ...nothing, unchanged: 3 });
  const other = sheet({ experiences: [experience({ section: 'contextual', author: 'Ada' })] });
  t.equal(plan(root, other).rowProblems[0]?.column, 'context');
});

t.test(
  'times come from the sheet if they are ISO 8601, and a changed row gets a new updated_at',
  async (t) => {
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
  },
);

t.test('a sheet may lack the times and have its columns in another order', async (t) => {
  const root = makeRoot(t);
  const { created_at, updated_at, synced_at, exported_at, embedding_status, ...rest } = experience();
  const turned = Object.fromEntries(Object.entries(rest).reverse());
  importSheet(root, sheet({ experiences: [turned] }));
  t.strictSame(plan(root, sheet()).counts, { ...nothing, unchanged: 3 });
  t.equal(root.db.prepare('SELECT created_at FROM experiences').pluck().get(), now);
});

t.test(
  'the preview shows the first fifty rows of each kind, field by field, with long texts cut',
  async (t) => {
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
  },
);

t.test('a replace that removes more than a fifth of the entries is refused', async (t) => {
  const root = makeRoot(t);
  const entries = (count: number) =>
    Array.from({ length: count }, (_, number) => experience({ id: `EXP-${number}` }));
  importSheet(root, sheet({ experiences: entries(9) }));
  t.doesNotThrow(() => refuseLargeRemoval(plan(root, sheet({ experiences: entries(7) }))), '2 of 10');
  const tooMany = plan(root, sheet({ experiences: entries(6) }));
  t.throws(() => refuseLargeRemoval(tooMany), {
    message:
      'This would remove 3 of 10 entries (30%); nothing was written. To remove more than 20%, apply the plan of a dry run or set allow_removals.',
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
