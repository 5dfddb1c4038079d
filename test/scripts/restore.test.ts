import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { libraryFile } from '../../src/backup-store/set-files.ts';
import { createBackupRepository } from '../../src/backup-store/backup-repository.ts';
import { createCleaning } from '../../src/backup-store/unfinished.ts';
import { connect } from '../../src/core/db/driver.ts';
import { createLog } from '../../src/core/log.ts';
import { createRedactor } from '../../src/core/redaction.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { packageRoot } from '../../src/core/config.ts';
import { writeSet } from '../support/backup-set.ts';
import { category, experience, makeRoot, manual, type Root, sheet, writeSheet } from '../support/library.ts';
import { runJob, runScript } from '../support/script.ts';
import { hashLibrary, rowsOf } from '../support/undo.ts';

const id = '20261128T020000Z-1117';
const entries = (count: number, row = {}) =>
  Array.from({ length: count }, (_, number) => experience({ id: `EXP-${number}`, ...row }));

/** Imports a sheet, makes a set, and imports a wrong sheet; gives the hashes of the library before and after that, and the
 *  copy that was made before it. */
async function importWrongly(root: Root) {
  writeSheet(root, sheet({ experiences: entries(9) }));
  await runJob(root.config, 'import');
  const before = hashLibrary(root);
  await writeSet(root.config, id, root.db);
  const sql = category({ code: 'SQL' });
  const wrong = entries(4, { title: 'Other' }).concat(experience({ id: 'EXP-77', category_code: 'SQL' }));
  writeSheet(
    root,
    sheet({ categories: [category({ name: 'Renamed' }), sql], experiences: wrong, manuals: [] }),
  );
  const { result } = await runJob(root.config, 'import', { allow_removals: true });
  return { before, after: hashLibrary(root), copy: String(result?.backup) };
}

t.test('a restore brings back the library of a set, reports it, and can be undone', async (t) => {
  const root = makeRoot(t);
  const { before, after } = await importWrongly(root);
  t.not(before, after);
  const dry = await runScript(root.config, 'restore', { backup: id, dry_run: true });
  const counts = {
    added: 6,
    changed: 5,
    removed: 2,
    unchanged: 0,
    left_alone: 0,
    experiences: 9,
    manuals: 1,
  };
  t.match(dry.result, {
    dry_run: true,
    ...counts,
    backup: null,
    preview: { removed: [{ id: 'SQL' }, { id: 'EXP-77' }] },
  });
  t.equal(hashLibrary(root), after, 'a dry run writes nothing');

  const restored = await runJob(root.config, 'restore', { backup: id, plan: dry.result?.plan });
  t.match(restored.result, { dry_run: false, ...counts, backup: /^library-.*\.db$/, can_undo: true });
  const phases = [...new Set(restored.progress.map(({ phase }) => phase))];
  t.strictSame(phases, ['copy', 'compare', 'back up', 'write']);
  t.equal(hashLibrary(root), before);
  t.strictSame(fs.readdirSync(path.join(root.config.root, 'tmp')), [], 'nothing is left of the copy');

  t.match(await runJob(root.config, 'undo', { job: restored.number }), { code: 0 });
  t.equal(hashLibrary(root), after);
  t.match(await runJob(root.config, 'restore', { backup: id }), { code: 0, result: counts });
  t.match(await runJob(root.config, 'restore', { backup: id }), {
    result: { added: 0, changed: 0, removed: 0, unchanged: 11, backup: null },
  });
});

t.test('the copy before an import is a source, also after further changes', async (t) => {
  const root = makeRoot(t);
  const { copy } = await importWrongly(root);
  const old = connect(libraryFile(root.config, copy), { readonly: true });
  t.teardown(() => old.close());
  writeSheet(root, sheet({ experiences: entries(2, { title: 'Third' }) }));
  t.match(await runJob(root.config, 'import', { allow_removals: true }), { code: 0 });
  t.match(await runJob(root.config, 'restore', { backup: copy }), { code: 0 });
  t.strictSame(rowsOf(root), rowsOf({ ...root, db: old }));
});

t.test('entries that are local only stay, with their category, unless they are to go back', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet({ experiences: entries(3), manuals: [manual()] }));
  await runJob(root.config, 'import');
  await writeSet(root.config, id, root.db);
  const before = hashLibrary(root);
  root.db.exec(`
    INSERT INTO categories VALUES ('OWN', 'Own', NULL, '');
    INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, created_at, updated_at)
      VALUES ('EXP-OWN', 'OWN', 'useful', 'Own', 'Own', 'local', 2, '', '');
    UPDATE experiences SET title = 'Mine', sync_status = 2 WHERE id = 'EXP-1';
    UPDATE experiences SET title = 'Theirs' WHERE id = 'EXP-2'
  `);
  const { rows, result } = await runScript(root.config, 'restore', { backup: id });
  t.match(result, { changed: 1, removed: 0, left_alone: 3, unchanged: 3 });
  t.strictSame(
    rows.map(({ ref, message }) => [ref, message]),
    [
      ['Experiences!EXP-1', 'It is marked local only and was changed since, so it stays.'],
      ['Experiences!EXP-OWN', 'It is marked local only and was added since, so it stays.'],
      ['Categories!OWN', 'It has 1 entry that stays.'],
    ],
  );
  t.match(await runScript(root.config, 'restore', { backup: id, allow_changed: true }), {
    result: { changed: 1, removed: 2, left_alone: 0 },
  });
  t.equal(hashLibrary(root), before);
});

t.test('a library of the first version is a source', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  await runJob(root.config, 'import');
  const file = path.join(root.config.root, 'old.db');
  fs.copyFileSync(path.join(packageRoot, 'test/fixtures/0.1.0/chl.db'), file);
  const old = connect(file, { readonly: true });
  t.teardown(() => old.close());
  const copy = 'library-20260101T000000.000Z-by-hand.db';
  await old.backup(libraryFile(root.config, copy));
  await writeSet(root.config, 'before-0.2.0', old);
  const rowsIn = (db: Root['db']) =>
    db.prepare('SELECT id, title, playbook, created_at FROM experiences ORDER BY id').raw().all();
  for (const backup of [copy, 'before-0.2.0']) {
    const { code, failure, result } = await runJob(root.config, 'restore', { backup });
    t.equal(code, 0, failure?.message ?? backup);
    t.strictSame(rowsIn(root.db), rowsIn(old));
    t.match(result, { left_alone: 0 });
  }
});

t.test('a backup that cannot be restored is refused with its file, and nothing is written', async (t) => {
  const root = makeRoot(t);
  const { after, copy: made } = await importWrongly(root);
  const file = libraryFile(root.config, id);
  const manifest = path.join(path.dirname(file), 'manifest.json');
  const whole = new Map([file, manifest].map((one) => [one, fs.readFileSync(one)]));
  const flipped = Buffer.from(whole.get(file) ?? '');
  flipped[5000] = (flipped[5000] ?? 0) ^ 1;
  const copy = 'library-20260101T000000.000Z-other.db';
  const place = libraryFile(root.config, copy);
  const cases: [string, () => void, RegExp, string?][] = [
    [
      'a flipped byte',
      () => fs.writeFileSync(file, flipped),
      /library\.db is not the file that its manifest/,
    ],
    ['no library', () => fs.rmSync(file), /library\.db is missing/],
    ['no manifest', () => fs.rmSync(manifest), /manifest\.json/],
    ['no database', () => fs.writeFileSync(place, 'nothing'), /its library is damaged/, copy],
    ['of a newer version', () => newer(place, file), /written by a newer version/, copy],
    ['an empty file', () => fs.truncateSync(place), /its library has no tables/, copy],
    [
      'the copy before another job',
      () => fs.copyFileSync(libraryFile(root.config, made), place),
      /its library is the copy before another job/,
      copy,
    ],
    ['a pipe', () => replaceByPipe(place), /other\.db is not a file/, copy],
    ['another set', () => remember(root, 'f'.repeat(64)), /not the file that the backup was made with/],
  ];
  for (const [title, spoil, message, backup = id] of cases) {
    for (const [one, bytes] of whole) fs.writeFileSync(one, bytes);
    spoil();
    const { code, failure } = await runScript(root.config, 'restore', { backup });
    t.equal(code, 65, title);
    t.match(failure?.message, message, title);
    t.match(
      failure?.message,
      /Nothing was changed\. Restore another backup; no other one is proven\.$/,
      title,
    );
    t.match(failure?.detail, { code: 'cannot_restore' }, title);
  }
  t.equal(hashLibrary(root), after);
  t.strictSame(fs.readdirSync(path.join(root.config.root, 'tmp')), []);
});

/** Adds the row of the set to ops.db, with this SHA-256 of its manifest. */
function remember({ config }: Root, sha256: string) {
  const ops = prepareOps(config.opsDatabasePath);
  const untested = {
    proof: 'none',
    proof_job: null,
    proof_at: null,
    proof_text: null,
    proof_steps: [],
  } as const;
  const at = '2026-11-28T02:00:00Z';
  const facts = { job: null, kind: 'full', bytes: 1, note: null, is_kept: false, gone_at: null } as const;
  createBackupRepository(ops).add({ id, at, sha256, ...facts, ...untested, proof_steps: [] });
  ops.close();
}

function replaceByPipe(file: string) {
  fs.rmSync(file);
  spawnSync('mkfifo', [file]);
}

function newer(copy: string, file: string) {
  fs.copyFileSync(file, copy);
  const db = connect(copy);
  db.exec('UPDATE ops_migration SET created_at = 9e15');
  db.close();
}

t.test('a restore that was killed leaves no copy behind the next start', async (t) => {
  const root = makeRoot(t);
  const { before, after } = await importWrongly(root);
  const killed = await runScript(root.config, 'restore', { backup: id }, (message, child) => {
    if (message.type === 'progress' && message.phase === 'compare') child.kill('SIGKILL');
  });
  t.equal(killed.signal, 'SIGKILL');
  t.equal(hashLibrary(root), after);
  t.match(await runScript(root.config, 'restore', { backup: id }), { code: 0 });
  t.equal(hashLibrary(root), before);
  await createCleaning({ config: root.config, log: createLog('silent', createRedactor(root.config)) }).all();
  t.strictSame(fs.readdirSync(path.join(root.config.root, 'tmp')), []);
});
