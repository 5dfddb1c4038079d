import fs from 'node:fs';
import t from 'tap';
import { connect } from '../../src/core/db/driver.ts';
import { backupFile } from '../../src/sheets/backup.ts';
import { experience, makeRoot, type Root, sheet, writeSheet } from '../support/library.ts';
import { runJob, runScript } from '../support/script.ts';
import { hashLibrary } from '../support/undo.ts';

const entries = (count: number, row = {}) =>
  Array.from({ length: count }, (_, number) => experience({ id: `EXP-${number}`, ...row }));

/** Imports two sheets; gives the hash of the library before the second one, and its job and backup. */
async function importTwice(root: Root) {
  writeSheet(root, sheet({ experiences: entries(9) }));
  const first = await runJob(root.config, 'import');
  const before = hashLibrary(root);
  writeSheet(root, sheet({ experiences: entries(4, { title: 'Other' }) }));
  const { number, result } = await runJob(root.config, 'import', { allow_removals: true });
  return { before, first: first.number, job: number, backup: String(result?.backup) };
}

t.test('an undo puts back what an import has changed, reports it, and can be undone', async (t) => {
  const root = makeRoot(t);
  const { before, job } = await importTwice(root);
  const after = hashLibrary(root);
  const dry = await runScript(root.config, 'undo', { job, dry_run: true });
  const counts = { added: 5, changed: 4, removed: 0, unchanged: 0, left_alone: 0, experiences: 9 };
  t.match(dry.result, { dry_run: true, ...counts, backup: null, preview: { changed: [{ id: 'EXP-0' }] } });
  t.equal(hashLibrary(root), after, 'a dry run writes nothing');

  const undone = await runJob(root.config, 'undo', { job, plan: dry.result?.plan });
  t.match(undone.result, { dry_run: false, ...counts, backup: /^library-.*\.db$/, can_undo: true });
  t.strictSame([...new Set(undone.progress.map(({ phase }) => phase))], ['compare', 'back up', 'write']);
  t.equal(hashLibrary(root), before);

  const again = await runScript(root.config, 'undo', { job });
  t.equal(again.code, 65);
  t.match(again.failure, {
    message: `Import #${job} was already undone, by undo #${undone.number}.`,
    detail: { code: 'cannot_undo' },
  });
  t.match((await runJob(root.config, 'undo', { job: undone.number })).code, 0);
  t.equal(hashLibrary(root), after);
  t.equal((await runScript(root.config, 'undo', { job })).code, 0, 'then the import can be undone again');
  t.equal(hashLibrary(root), before);
});

t.test('rows that were changed since are result rows, and an outdated plan is refused', async (t) => {
  const root = makeRoot(t);
  const { job } = await importTwice(root);
  const { result } = await runScript(root.config, 'undo', { job, dry_run: true });
  root.db.exec(`UPDATE experiences SET title = 'Mine' WHERE id = 'EXP-1'`);
  const outdated = await runScript(root.config, 'undo', { job, plan: result?.plan });
  t.equal(outdated.code, 65);
  t.match(outdated.failure, {
    message: /^The library has changed since the plan was made; nothing was written\./,
    detail: { code: 'plan_outdated' },
  });
  const { rows } = await runScript(root.config, 'undo', { job });
  t.match(rows, [{ ref: 'Experiences!EXP-1', outcome: 'left alone', message: 'It was changed since.' }]);
  t.equal(root.db.prepare(`SELECT title FROM experiences WHERE id = 'EXP-1'`).pluck().get(), 'Mine');
});

t.test('a library that another program changes during the undo is compared again', async (t) => {
  const root = makeRoot(t);
  const { job } = await importTwice(root);
  root.db.exec(`BEGIN IMMEDIATE; UPDATE experiences SET title = 'Mine' WHERE id = 'EXP-1'`);
  const { result, stdout } = await runScript(root.config, 'undo', { job }, (message) => {
    const isWriting = message.type === 'progress' && message.phase === 'write';
    if (isWriting && root.db.inTransaction) root.db.exec('COMMIT');
  });
  t.match(stdout, 'Another program has changed the library; comparing again.');
  t.match(result, { added: 5, changed: 3, left_alone: 1 });
});

t.test('a backup that is not the right one is refused, and nothing is written', async (t) => {
  const root = makeRoot(t);
  const { first, job, backup } = await importTwice(root);
  const file = backupFile(root.config, backup);
  const whole = fs.readFileSync(file);
  const other = fs.readdirSync(backupFile(root.config, '.')).find((name) => name !== backup) as string;
  const change = (statement: string) => {
    const db = connect(file);
    db.exec(statement);
    db.close();
  };
  const bad: [string, () => void, RegExp][] = [
    [
      'removed',
      () => fs.rmSync(file),
      /can no longer be undone: its backup \S+ was removed\. The newest 20 backups/,
    ],
    [
      'no database',
      () => fs.writeFileSync(file, 'nothing'),
      /its backup \S+ is damaged\. Nothing was written\.$/,
    ],
    ['cut off', () => fs.writeFileSync(file, whole.subarray(0, whole.length / 2)), /is damaged/],
    [
      'of another job',
      () => fs.copyFileSync(backupFile(root.config, other), file),
      /was made for another job/,
    ],
    ['without a record', () => change('DROP TABLE ops_changes'), /has no record of what was changed/],
    ['with an empty record', () => change('DELETE FROM ops_changes'), /has no record/],
    ['of a newer version', () => change('UPDATE ops_migration SET created_at = 9e15'), /newer version/],
  ];
  const before = hashLibrary(root);
  for (const [title, spoil, message] of bad) {
    fs.writeFileSync(file, whole);
    spoil();
    const { code, failure } = await runScript(root.config, 'undo', { job });
    t.equal(code, 65, title);
    t.match(failure?.message, message, title);
    t.match(failure?.detail, { code: 'cannot_undo' }, title);
  }
  t.equal(hashLibrary(root), before);
  t.strictSame(fs.readdirSync(backupFile(root.config, '.')).length, 2, 'no backup was made');
  fs.writeFileSync(file, whole);
  t.equal((await runScript(root.config, 'undo', { job: first })).code, 0, 'the other one is good');
});
