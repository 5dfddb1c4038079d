import t from 'tap';
import { type Db, openDatabase } from '../../src/core/db/open.ts';
import { createLibrary, tables } from '../../src/library/repository.ts';
import { kinds, shapes, type Value } from '../../src/library/rules.ts';
import { makeRoot, type Scope } from '../support/library.ts';

const time = '2026-01-02T03:04:05.000Z';
const rows: Record<(typeof kinds)[number], Value[]> = {
  category: ['GIT', 'Git', null],
  experience: ['EXP-1', 'GIT', 'useful', 'Title', 'Playbook', null, 'global', 0, null],
  manual: ['MNL-1', 'GIT', 'Title', 'Content', null, 'global', 2, 'Ada'],
};

function fill(t: Scope) {
  const root = makeRoot(t);
  const library = createLibrary(root.db);
  library.write(() => {
    for (const kind of kinds)
      library[kind].insertAll([{ values: rows[kind], times: shapes[kind].times.map(() => time) }]);
  });
  return { ...root, library };
}

t.test('rows are read back as they were written', async (t) => {
  const { library } = fill(t);
  for (const kind of kinds) t.strictSame([...library[kind].compared()], [rows[kind]]);
  t.strictSame(library.counts(), { categories: 1, experiences: 1, manuals: 1 });
  t.strictSame(library.localCounts(), { experiences: 0, manuals: 1 });
});

t.test('local_only entries are not exported', async (t) => {
  const { library } = fill(t);
  t.strictSame(
    kinds.map((kind) => [...library[kind].exported()].length),
    [1, 1, 0],
  );
});

t.test('a category that still has entries is not removed', async (t) => {
  const { library } = fill(t);
  t.equal(library.category.remove('GIT'), false);
  library.experience.remove('EXP-1');
  t.equal(library.category.remove('GIT'), false, 'a manual is an entry too');
  library.manual.remove('MNL-1');
  t.equal(library.category.remove('GIT'), true);
});

t.test('the revision counts changes of text and categories only', async (t) => {
  const { library, db } = fill(t);
  const added = library.revision();
  t.equal(added, 3);
  library.experience.update(rows.experience, false, time);
  t.equal(library.revision(), added + 1);
  library.experience.setExportedAt('EXP-1', time);
  db.exec(`UPDATE experiences SET embedding_status = 'embedded'`);
  t.equal(library.revision(), added + 1);
});

t.test('a failed write leaves no change, and blocks other writers while it runs', async (t) => {
  const { library, config } = fill(t);
  const other = openDatabase(config.databasePath, { busyMs: 0 });
  t.teardown(() => other.close());
  t.throws(
    () =>
      library.write(() => {
        t.throws(() => createLibrary(other).write(() => {}), { code: 'SQLITE_BUSY' });
        library.manual.remove('MNL-1');
        throw new Error('changed my mind');
      }),
    { message: 'changed my mind' },
  );
  t.equal(library.counts().manuals, 1);
});

t.test('the result of a job is kept with the revision that it left', async (t) => {
  const { library, db } = fill(t);
  library.recordApplied({ job: { id: 'job', attempt: 2 }, result: { added: 3 }, at: time });
  t.strictSame(db.prepare('SELECT * FROM ops_applied').raw().all(), [['job', 2, 3, '{"added":3}', time]]);
  t.strictSame(db.prepare('SELECT revision, writer FROM ops_library_state').raw().all(), [[3, 'job.2']]);
});

t.test('rows that are added together leave the same facts as rows of another program', async (t) => {
  const { library, db } = fill(t);
  const other = makeRoot(t).db;
  for (const kind of kinds) {
    const columns = shapes[kind].compared;
    const names = [...columns, ...shapes[kind].times];
    other
      .prepare(
        `INSERT INTO ${tables[kind]} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      )
      .run([...rows[kind], ...shapes[kind].times.map(() => time)]);
  }
  t.strictSame(factsOf(db), factsOf(other));
  t.hasStrict(factsOf(db), { revision: 3, experiences_pending: 1, manuals_pending: 1, is_settling: 0 });
  t.type(db.prepare('SELECT pending_since FROM ops_library_state').pluck().get(), 'string');
  library.write(() => library.experience.insertAll([]));
  t.strictSame(factsOf(db), factsOf(other), 'none was added');
  t.throws(() => library.experience.insertAll([]), /needs a transaction/);
});

t.test('an entry does not inherit from an earlier one with its id', async (t) => {
  const { library, db } = fill(t);
  db.exec(`INSERT INTO ops_embedding_task (entity_type, entity_id, attempts, fence) VALUES ('manual', 'MNL-2', 2, 1);
    INSERT INTO ops_origin VALUES ('manual', 'MNL-2', 'review', 'job'), ('manual', 'MNL-1', 'review', 'job')`);
  const [, ...others] = rows.manual;
  const added = { values: ['MNL-2', ...others], times: shapes.manual.times.map(() => time) };
  library.write(() => library.manual.insertAll([added]));
  t.equal(db.prepare('SELECT count(*) FROM ops_embedding_task').pluck().get(), 0);
  t.strictSame(db.prepare('SELECT entity_id FROM ops_origin').pluck().all(), ['MNL-1']);
});

/** The state of the library, without the time at which entries began to wait. */
function factsOf(db: Db) {
  const { pending_since, ...facts } =
    db.prepare<[], Record<string, unknown>>('SELECT * FROM ops_library_state').get() ?? {};
  return { ...facts, isWaiting: pending_since !== null };
}
