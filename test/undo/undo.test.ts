// An undo within this process: after an import and its undo the library is the first one again, whatever happens between.
import t from 'tap';
import { createRandom, pick, type Random } from '../../scripts/random.ts';
import { oddTexts } from '../../scripts/workbooks/odd-texts.ts';
import { connect } from '../../src/core/db/driver.ts';
import type { AppError } from '../../src/core/errors.ts';
import { backupFile } from '../../src/sheets/backup.ts';
import { findObstacle } from '../../src/undo/undo-repository.ts';
import { category, experience, makeRoot, manual, type Root, type Sheet, sheet } from '../support/library.ts';
import { importSheet } from '../support/plan.ts';
import { hashLibrary, importRecorded, rowsOf, undo } from '../support/undo.ts';

/** `SEED=7 SEEDS=1` runs one of them. */
const firstSeed = Number(process.env.SEED ?? 1);
const seeds = Array.from({ length: Number(process.env.SEEDS ?? 8) }, (_, at) => firstSeed + at);

const texts = [...oddTexts, 'Überprüfung'.normalize('NFD'), 'x'.repeat(32_767), '', ''] as const;

function randomSheet(random: Random): Sheet {
  const codes = ['AAA', 'BBB', 'CCC', 'DDD'].filter((code) => code === 'AAA' || random(3) > 0);
  // Categories swap their names, also with codes that come and go.
  const names = codes.map((_, at) => `Name ${(at + random(2) * 2) % 4}`);
  const some = (make: typeof experience, prefix: string) => {
    const ids = new Set(Array.from({ length: random(25) }, () => `${prefix}-${random(20)}`));
    return [...ids].map((id) =>
      make({
        id,
        category_code: pick(random, ['AAA', ...codes]),
        title: pick(random, ['One', 'Two', 'Three']),
        sync_status: pick(random, ['synced', 'synced', 'pending', 'local_only']),
        author: pick(random, ['', 'Ada']),
        ...(prefix === 'EXP' ? { context: pick(random, texts) } : { summary: pick(random, texts) }),
      }),
    );
  };
  return sheet({
    categories: codes
      .map((code, at) => category({ code, name: names[at] ?? code, description: pick(random, texts) }))
      .filter(({ name }, at, all) => all.findIndex((other) => other.name === name) === at),
    experiences: some(experience, 'EXP'),
    manuals: some(manual, 'MNL'),
  });
}

/** Embeds some or all entries that wait, and lets some fail. */
function embed({ db }: Root, random: Random, isAll = false) {
  const model = 'one';
  db.exec(`UPDATE ops_library_state SET embedding_model = '${model}', embedding_dimension = 1`);
  for (const [kind, table] of [
    ['experience', 'experiences'],
    ['manual', 'category_manuals'],
  ] as const) {
    for (const id of db.prepare(`SELECT id FROM ${table} WHERE embedding_status = 'pending'`).pluck().all()) {
      const outcome = isAll ? 'embedded' : pick(random, ['pending', 'embedded', 'embedded', 'failed']);
      db.prepare(`UPDATE ${table} SET embedding_status = ? WHERE id = ?`).run(outcome, id);
      if (outcome === 'embedded') {
        db.prepare('DELETE FROM embeddings WHERE entity_id = ? AND entity_type = ?').run(id, kind);
        db.prepare(`INSERT INTO embeddings VALUES (?, ?, '${model}', '1', 1, ?, ?, 'hash')`).run(
          id,
          kind,
          Buffer.from([random(256), 0, 0, 0]),
          `2026-01-0${1 + random(9)}`,
        );
      } else if (outcome === 'failed') {
        db.prepare(
          `INSERT INTO ops_embedding_task (entity_type, entity_id, attempts, error, failed_at, fence)
           VALUES (?, ?, 3, 'refused', '2026-01-01', 7)`,
        ).run(kind, id);
      }
    }
  }
}

/** The counts that triggers keep, beside those of the tables; and the tasks of failed entries. */
function queueOf({ db }: Root) {
  const columns = [
    'experiences',
    'experiences_pending',
    'experiences_failed',
    'manuals',
    'manuals_pending',
    'manuals_failed',
  ];
  const kept = db
    .prepare(`SELECT ${columns.join(', ')} FROM ops_library_state`)
    .raw()
    .get();
  const count = (table: string) =>
    `(SELECT count(*) FROM ${table}), (SELECT count(*) FROM ${table} WHERE embedding_status = 'pending'),
     (SELECT count(*) FROM ${table} WHERE embedding_status = 'failed')`;
  const counted = db
    .prepare(`SELECT ${count('experiences')}, ${count('category_manuals')}`)
    .raw()
    .get();
  const tasks = db
    .prepare(
      'SELECT entity_type, entity_id, attempts, error, failed_at FROM ops_embedding_task ORDER BY 1, 2',
    )
    .all();
  return { kept, counted, tasks };
}

/** Draws sheets until one is accepted: a category of some may have the name of one that stays. */
async function importAny(root: Root, random: Random, mode: 'replace' | 'merge'): Promise<string> {
  for (;;) {
    const source = pick(random, ['published', 'review', null]);
    const backup = await importRecorded(root, randomSheet(random), mode, source).catch(
      (error: AppError) => error,
    );
    if (typeof backup === 'string') return backup;
    if (backup.details?.code !== 'name_taken') throw backup;
  }
}

/** Other programs change rows, also those that the import has changed. */
function editSome({ db }: Root, random: Random) {
  const anyOf = (table: string, key: string) =>
    db.prepare(`SELECT ${key} FROM ${table} ORDER BY random() LIMIT 1`).pluck().get();
  const some = (statement: string, ...values: unknown[]) => db.prepare(statement).run(...values);
  for (let edit = 0; edit < random(12); edit++) {
    const [table, kind] = pick(random, [
      ['experiences', 'experience'],
      ['category_manuals', 'manual'],
    ]);
    const entry = anyOf(table, 'id') ?? '';
    const code = anyOf('categories', 'code') ?? '';
    const name = pick(random, ['Name 0', 'Name 1', 'Name 2', 'Name 3', 'New']);
    pick(random, [
      () => some(`UPDATE ${table} SET title = 'Edited' WHERE id = ?`, entry),
      () => some(`UPDATE ${table} SET author = 'Eve' WHERE id = ?`, entry),
      () => some(`UPDATE ${table} SET category_code = ? WHERE id = ?`, code, entry),
      () => some(`UPDATE ${table} SET exported_at = 'now' WHERE id = ?`, entry),
      () => {
        some(`DELETE FROM ${table} WHERE id = ?`, entry);
        some('DELETE FROM embeddings WHERE entity_id = ? AND entity_type = ?', entry, kind);
      },
      () => some(`UPDATE OR IGNORE categories SET name = ? WHERE code = ?`, name, code),
      () => some(`INSERT OR IGNORE INTO categories VALUES ('NEW', ?, NULL, 'now')`, name),
      () =>
        some(
          `INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, created_at, updated_at)
           SELECT ?, ?, 'useful', 'New', 'New', 'local', 0, 'now', 'now' WHERE EXISTS (SELECT 1 FROM categories)`,
          `EXP-new-${edit}`,
          code,
        ),
      () =>
        some(
          `DELETE FROM categories WHERE code = ?1 AND NOT EXISTS (SELECT 1 FROM experiences WHERE category_code = ?1)
            AND NOT EXISTS (SELECT 1 FROM category_manuals WHERE category_code = ?1)`,
          { 1: code },
        ),
    ])();
  }
}

t.test(`an import and its undo leave the library as it was (seeds ${seeds.join(' ')})`, async (t) => {
  for (const seed of seeds) {
    const random = createRandom(seed * 7919);
    const root = makeRoot(t);
    if (random(5) > 0) await importAny(root, random, 'replace');
    const isAll = random(2) > 0;
    embed(root, random, isAll);
    const [first, queue] = [hashLibrary(root), queueOf(root)];

    const backup = await importAny(root, random, pick(random, ['replace', 'replace', 'merge'] as const));
    // Workers embed what the import has added and changed; the old embeddings come back nevertheless.
    if (isAll) embed(root, random, isAll);
    const imported = hashLibrary(root);
    const undone = await undo(root, backup);
    t.equal(hashLibrary(root), first, `seed ${seed}: the library is the first one`);
    t.strictSame(queueOf(root), queue, `seed ${seed}: the queue, too`);
    t.strictSame(queue.kept, queue.counted, `seed ${seed}: its counts are right`);
    t.equal(undone.left_alone, 0, `seed ${seed}`);

    if (undone.backup === null) continue;
    const redone = await undo(root, undone.backup);
    t.equal(hashLibrary(root), imported, `seed ${seed}: the undo of the undo`);
    t.strictSame(
      [redone.added, redone.changed, redone.removed],
      [undone.removed, undone.changed, undone.added],
      `seed ${seed}: puts back as many rows`,
    );
  }
});

t.test(`an undo keeps what others have written since (seeds ${seeds.join(' ')})`, async (t) => {
  for (const seed of seeds) {
    const random = createRandom(seed * 104_729);
    const root = makeRoot(t);
    importSheet(root, randomSheet(random));
    embed(root, random);
    const old = rowsOf(root);
    const backup = await importAny(root, random, pick(random, ['replace', 'replace', 'merge'] as const));
    const left = rowsOf(root);
    editSome(root, random);
    embed(root, random);
    const [before, now] = [hashLibrary(root), rowsOf(root)];

    const isAllowed = random(3) === 0;
    const result = await undo(root, backup, { allow_changed: isAllowed });
    const after = rowsOf(root);
    t.strictSame(root.db.pragma('foreign_key_check'), [], `seed ${seed}`);
    const { kept, counted } = queueOf(root);
    t.strictSame(kept, counted, `seed ${seed}: the counts of the queue`);
    const wrong = [...new Set([...old.keys(), ...left.keys(), ...now.keys(), ...after.keys()])].filter(
      (key) => {
        const isEdited = !isSameButTimes(now.get(key), left.get(key));
        if (after.get(key) === now.get(key)) return false;
        return after.get(key) !== old.get(key) || (isEdited && !isAllowed);
      },
    );
    t.strictSame(wrong, [], `seed ${seed}: each row is as before the import, or as it was edited`);

    if (result.backup === null) continue;
    await undo(root, result.backup);
    t.equal(hashLibrary(root), before, `seed ${seed}: the undo of that undo`);
  }
});

/** An export writes a time; that is no change. */
function isSameButTimes(one: string | undefined, other: string | undefined): boolean {
  const withoutTimes = (row: string | undefined) => row?.replace(/"exported_at":("now"|null)/, '');
  return withoutTimes(one) === withoutTimes(other);
}

/** Gives a backup the record and the tables that earlier versions wrote. Returns the id of its job. */
function makeOld(file: string): string {
  const backup = connect(file);
  backup.exec(`
    CREATE TABLE ops_change_record (job_id text NOT NULL, operation text NOT NULL, rows integer NOT NULL);
    CREATE TABLE ops_change (kind text NOT NULL, key text NOT NULL, change text NOT NULL, hash text);
    INSERT INTO ops_change_record SELECT job_id, operation, rows FROM ops_changes;
    INSERT INTO ops_change SELECT kind.key, row.value ->> 0, '', row.value ->> 1
      FROM ops_changes, json_each(changes) kind, json_each(kind.value) row ORDER BY kind.id, row.id;
    DROP TABLE ops_changes;
    DROP TABLE ops_origin`);
  const id = backup.prepare('SELECT job_id FROM ops_change_record').pluck().get() as string;
  backup.close();
  return id;
}

t.test('an import of a version that recorded a row for each change is undone', async (t) => {
  const root = makeRoot(t);
  const ids = (...names: string[]) => names.map((id) => experience({ id }));
  importSheet(root, sheet({ experiences: ids('EXP-1', 'EXP-2', 'EXP-3') }));
  const before = rowsOf(root);
  const changed = [experience({ id: 'EXP-1', title: 'Other' }), ...ids('EXP-3', 'EXP-4')];
  const backup = await importRecorded(root, sheet({ experiences: changed, manuals: [] }));
  const file = backupFile(root.config, backup);
  const jobId = makeOld(file);
  t.equal(findObstacle(file, jobId), null);
  root.db.exec(`UPDATE experiences SET author = 'Eve' WHERE id = 'EXP-1'`);
  t.match(await undo(root, backup, { dry_run: true }), { left_alone: 1 }, 'a hash is compared');
  const all = { allow_changed: true };
  t.match(await undo(root, backup, all), { added: 2, changed: 1, removed: 1, left_alone: 0 });
  t.strictSame(rowsOf(root), before);

  const cut = connect(file);
  cut.exec(`DELETE FROM ops_change WHERE key = 'EXP-1'`);
  cut.close();
  t.match(findObstacle(file, jobId), /no record/, 'a record that lacks a row');
});
