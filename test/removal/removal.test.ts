// Runs removals within this process: removed rows, rows that are left alone, the plan's token, and the undo.
import t from 'tap';
import { removeOperation } from '../../src/removal/remove-operation.ts';
import { category, experience, makeRoot, manual, type Scope, sheet } from '../support/library.ts';
import { keys } from '../support/plan.ts';
import { hashLibrary, importRecorded, remove, undo } from '../support/undo.ts';

/** GIT: two experiences, one of them from review, and a manual. SQL: an experience, a manual, and one that is local only. */
async function fill(t: Scope) {
  const root = makeRoot(t);
  const local = experience({ id: 'EXP-L', category_code: 'SQL', sync_status: 'local_only' });
  const first = sheet({
    categories: [category(), category({ code: 'SQL' }), category({ code: 'DOC' })],
    experiences: [experience(), experience({ id: 'EXP-2', category_code: 'SQL' }), local],
    manuals: [manual(), manual({ id: 'MNL-2', category_code: 'SQL' })],
  });
  await importRecorded(root, first);
  await importRecorded(
    root,
    { ...first, experiences: [experience({ id: 'EXP-3' })], manuals: [] },
    'merge',
    'review',
  );
  root.db.exec(`
    UPDATE ops_library_state SET embedding_model = 'one', embedding_dimension = 1;
    UPDATE experiences SET embedding_status = 'embedded' WHERE id = 'EXP-1';
    INSERT INTO embeddings VALUES ('EXP-1', 'experience', 'one', '1', 1, x'00000000', '2026-01-01', 'hash')`);
  return root;
}

const isLocal = 'EXP-L: It is marked local only, so it stays.';

for (const { title, args, removed, left = [] } of [
  { title: 'a category', args: { category: 'GIT' }, removed: ['GIT', 'EXP-1', 'EXP-3', 'MNL-1'] },
  {
    title: 'a category with an entry that is local only',
    args: { category: 'SQL' },
    removed: ['EXP-2', 'MNL-2'],
    left: [isLocal, 'SQL: It has 1 entry that stays.'],
  },
  { title: 'a category without entries', args: { category: 'DOC' }, removed: ['DOC'] },
  {
    title: 'what came from a source',
    args: { source: 'published' },
    removed: ['EXP-1', 'EXP-2', 'MNL-1', 'MNL-2'],
    left: [isLocal],
  },
  { title: 'what came from another source', args: { source: 'review' }, removed: ['EXP-3'] },
  { title: 'what came from a source that has brought nothing', args: { source: 'draft' }, removed: [] },
] as { title: string; args: object; removed: string[]; left?: string[] }[]) {
  t.test(`removes ${title}; its undo puts everything back`, async (t) => {
    const root = await fill(t);
    const [before, all] = [hashLibrary(root), keys(root)];
    const dry = await remove(root, { ...args, dry_run: true });
    t.equal(hashLibrary(root), before, 'a dry run writes nothing');
    t.strictSame(dry.preview.removed?.map(({ id }) => id).sort(), removed.toSorted());
    const found = dry.preview.left_alone ?? [];
    t.strictSame(
      found.map(({ id, message }) => `${id}: ${message}`),
      left,
    );

    const applied = await remove(root, { ...args, plan: dry.plan });
    t.match(applied, { removed: removed.length, left_alone: left.length, unchanged: dry.unchanged });
    t.strictSame(
      keys(root),
      all.filter((key) => !removed.includes(String(key))),
    );
    t.strictSame(root.db.pragma('foreign_key_check'), []);
    const after = hashLibrary(root);
    if (applied.backup === null) return t.equal(after, before, 'nothing to remove, so nothing is written');
    const undone = await undo(root, applied.backup);
    t.equal(hashLibrary(root), before);
    await undo(root, undone.backup);
    t.equal(hashLibrary(root), after);
  });
}

t.test('without a plan, a removal of more than a fifth of the entries must be allowed', async (t) => {
  const root = await fill(t);
  await t.rejects(remove(root, { category: 'GIT' }), {
    message: /^This would remove 3 of 6 entries \(50%\); nothing was written\..* set allow_removals\.$/,
    details: { code: 'too_many_removed' },
  });
  t.match(await remove(root, { source: 'review' }), { removed: 1 });
  t.match(await remove(root, { category: 'GIT', allow_removals: true }), { removed: 3 });
});

t.test('a plan is applied only to its choice and its library', async (t) => {
  const root = await fill(t);
  const { plan } = await remove(root, { category: 'GIT', dry_run: true });
  const revision = () => root.db.prepare('SELECT revision FROM ops_library_state').pluck().get() as number;
  const check = async (args: object) =>
    removeOperation.checkPlan?.({ ...args, plan }, { libraryRevision: revision } as never);
  await t.resolves(check({ category: 'GIT' }));
  for (const other of [{ category: 'SQL' }, { source: 'GIT' }]) {
    await t.rejects(remove(root, { ...other, plan }), {
      code: 'bad_input',
      details: { code: 'plan_outdated' },
    });
    await t.rejects(check(other), { code: 'plan_outdated' });
  }
  root.db.exec(`UPDATE experiences SET title = 'Other' WHERE id = 'EXP-2'`);
  await t.rejects(check({ category: 'GIT' }), {
    code: 'plan_outdated',
    message: /^The library has changed since/,
  });
  const before = hashLibrary(root);
  await t.rejects(remove(root, { category: 'GIT', plan }), {
    code: 'bad_input',
    details: { code: 'plan_outdated' },
  });
  t.equal(hashLibrary(root), before);
});

t.test('exactly one part of the library is chosen, and it exists', async (t) => {
  const root = await fill(t);
  const before = hashLibrary(root);
  for (const [args, message] of [
    [{}, 'Choose a category, or the source that entries came from.'],
    [{ source: 'review', category: 'GIT' }, 'Choose a category or a source, not both.'],
  ] as const) {
    t.throws(() => removeOperation.check?.(args, root.config, {} as never), {
      code: 'invalid_arguments',
      details: { problems: [{ field: 'category', message }] },
    });
    await t.rejects(remove(root, args), {
      code: 'bad_input',
      message,
      details: { code: 'invalid_arguments' },
    });
  }
  await t.rejects(remove(root, { category: 'XXX' }), {
    message: 'The library has no category "XXX" any more; nothing was removed.',
    details: { code: 'no_such_category' },
  });
  t.equal(hashLibrary(root), before);
});
