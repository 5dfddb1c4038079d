import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import type { ProgressMessage, ScriptMessage } from '../../src/jobs/protocol.ts';
import { hashFolder } from '../../src/sheets/folder.ts';
import { planToken } from '../../src/sheets/token.ts';
import {
  experience,
  makeRoot,
  type Root,
  type Scope,
  sheet,
  writeSheet,
  contentOf,
} from '../support/library.ts';
import { runByHand, runJob, runScript } from '../support/script.ts';
import { until } from '../support/until.ts';

const entries = (count: number, row = {}) =>
  Array.from({ length: count }, (_, number) => experience({ id: `EXP-${number}`, ...row }));

t.test('a replace that would remove more than a fifth of the entries must be allowed', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet({ experiences: entries(9) }));
  await runScript(root.config, 'import');
  writeSheet(root, sheet({ experiences: entries(6) }));
  const before = contentOf(root);

  const refused = await runScript(root.config, 'import');
  t.equal(refused.code, 65);
  t.match(refused.failure?.detail, { code: 'too_many_removed', removed: 3, entries: 10 });
  t.match(refused.failure?.message, /^This would remove 3 of 10 entries \(30%\); nothing was written\./);
  t.strictSame(contentOf(root), before);
  t.equal(fs.readdirSync(path.join(root.config.root, 'backups')).length, 1, 'refused before the backup');

  await t.test('a merge removes nothing', async (t) => {
    t.match((await runScript(root.config, 'import', { mode: 'merge' })).result, { unchanged: 8, removed: 0 });
  });
  await t.test('the token of a plan allows it', async (t) => {
    const { result } = await runScript(root.config, 'import', { dry_run: true });
    t.match(result, { removed: 3 });
    t.match((await runScript(root.config, 'import', { plan: result?.plan })).result, {
      removed: 3,
      experiences: 6,
    });
  });
  await t.test('allow_removals allows it', async (t) => {
    writeSheet(root, sheet({ experiences: [] }));
    t.match((await runScript(root.config, 'import', { allow_removals: true })).result, {
      removed: 6,
      experiences: 0,
    });
  });
});

t.test('a plan is applied only to its sheet, library and mode', async (t) => {
  const root = makeRoot(t);
  const folder = writeSheet(root, sheet());
  const { result } = await runScript(root.config, 'import', { dry_run: true });
  const plan = result?.plan;
  t.equal(
    plan,
    planToken(0, await hashFolder(folder, 'own'), 'replace'),
    'the server computes the same token',
  );
  const message =
    'The sheet or the library has changed since the plan was made; nothing was written. Make a new plan and check it.';
  const outdated = { code: 65, failure: { message, detail: { code: 'plan_outdated' } } };

  t.match(await runScript(root.config, 'import', { plan, mode: 'merge' }), outdated, 'another mode');
  writeSheet(root, sheet({ experiences: [experience({ author: 'Ada' })] }));
  t.match(await runScript(root.config, 'import', { plan }), outdated, 'another file');
  writeSheet(root, sheet());
  root.db.exec(`INSERT INTO categories VALUES ('SQL', 'Databases', NULL, '')`);
  t.match(await runScript(root.config, 'import', { plan }), outdated, 'another library');
  root.db.exec(`UPDATE ops_library_state SET revision = 0`);
  t.match(
    (await runScript(root.config, 'import', { plan })).result,
    { plan, added: 3, removed: 1 },
    'unchanged',
  );
});

t.test('a library that another program changes during the import is compared again', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet({ experiences: entries(3) }));
  await runScript(root.config, 'import');
  writeSheet(root, sheet({ experiences: entries(4) }));
  root.db.exec(`BEGIN IMMEDIATE; INSERT INTO categories VALUES ('SQL', 'Databases', NULL, '')`);
  const { code, result, stdout } = await runScript(root.config, 'import', {}, (message) => {
    if (isWriting(message) && root.db.inTransaction) root.db.exec('COMMIT');
  });
  t.equal(code, 0);
  t.match(result, { added: 1, removed: 1, unchanged: 5, categories: 1 });
  t.match(stdout, 'Another program has changed the library; comparing again.');
  const backups = fs.readdirSync(path.join(root.config.root, 'backups'));
  t.strictSame(backups.slice(1), [result?.backup], 'one more backup, of the last state');
});

t.test('an import into an empty library stops when another program fills it', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  root.db.exec(`BEGIN IMMEDIATE; INSERT INTO categories VALUES ('SQL', 'Databases', NULL, '')`);
  const refused = await runScript(root.config, 'import', { into_empty: true }, (message) => {
    if (isWriting(message) && root.db.inTransaction) root.db.exec('COMMIT');
  });
  t.match(refused, { code: 65, failure: { detail: { code: 'library_not_empty' } } });
  const before = contentOf(root);
  t.match(await runScript(root.config, 'import', { into_empty: true }), { code: 65 }, 'filled before it');
  t.strictSame(contentOf(root), before, 'nothing was written');
});

t.test('an attempt that is no longer running writes nothing', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  const before = contentOf(root);
  root.db.exec('BEGIN IMMEDIATE');
  const { code, failure } = await runScript(root.config, 'import', {}, (message) => {
    if (!isWriting(message) || !root.db.inTransaction) return;
    const ops = openDatabase(root.config.opsDatabasePath, { busyMs: 1000 });
    ops.exec('UPDATE job SET attempt = 2');
    ops.close();
    root.db.exec('COMMIT');
  });
  t.equal(code, 1);
  t.match(failure?.message, /no longer the running one/);
  t.strictSame(contentOf(root), before);
});

for (const name of ['import', 'undo', 'remove'] as const) {
  t.test(
    `${name}: a script that is killed while writing changes nothing, and can be run again`,
    async (t) => {
      const root = makeRoot(t);
      writeSheet(root, sheet({ experiences: entries(3000) }));
      const imported = name === 'import' ? null : await runJob(root.config, 'import');
      const args = {
        import: {},
        undo: { job: imported?.number },
        remove: { source: 'published', allow_removals: true },
      }[name];
      const before = contentOf(root);
      root.db.exec('BEGIN IMMEDIATE');
      const unblock = { fence: () => {} };
      const { signal } = await runScript(root.config, name, args, async (message, child) => {
        if (!isWriting(message) || !root.db.inTransaction) return;
        unblock.fence = blockFence(t, root);
        root.db.exec('COMMIT');
        await until(() => isBeingWritten(root));
        child.kill('SIGKILL');
      });
      unblock.fence();
      t.equal(signal, 'SIGKILL');
      t.strictSame(contentOf(root), before);
      t.match((await runScript(root.config, name, args)).result, {
        experiences: name === 'import' ? 3000 : 0,
      });
    },
  );
}

t.test('paths outside the allowed folders are refused', async (t) => {
  const root = makeRoot(t);
  const { code, failure } = await runScript(root.config, 'import', { path: '/etc' });
  t.equal(code, 65);
  t.match(failure, {
    message: '“/etc” is not allowed. Sheets are read from sheets and uploads.',
    detail: { code: 'path_not_allowed' },
  });
});

t.test('a script started by hand fills in the defaults of its operation', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  const { code, result } = await runByHand(root.config, 'import', { dry_run: true });
  t.equal(code, 0);
  t.match(result, { mode: 'replace', dry_run: true, added: 3 });
});

t.test('a script started by hand refuses unknown and invalid arguments', async (t) => {
  const root = makeRoot(t);
  writeSheet(root, sheet());
  const cases: [Record<string, unknown>, string, code?: string][] = [
    [{ mode: 'mirror' }, 'Mode: choose one of replace, merge.'],
    [{ source: 'main' }, 'There is no sheet named main. The page Sources lists them.', 'unknown_source'],
    [{ dry_run: 'yes' }, 'Dry run: must be true or false.'],
    [{ path: 7 }, 'Or a workbook, ZIP or folder of CSV files: must be text of 1 to 1000 characters.'],
    [
      { dryRun: true },
      'Unknown argument "dryRun". Known: source, path, sheet, mode, dry_run, skip_invalid, allow_removals, plan, rows_of.',
    ],
  ];
  for (const [args, message, refusal = 'invalid_arguments'] of cases) {
    const { code, failure } = await runByHand(root.config, 'import', args);
    t.equal(code, 65);
    t.match(failure, { message, detail: { code: refusal } });
  }
  t.equal(root.db.prepare('SELECT count(*) FROM categories').pluck().get(), 0);
});

function isWriting(message: ScriptMessage): message is ProgressMessage {
  return message.type === 'progress' && message.phase === 'write';
}

function isBeingWritten({ db }: Root): boolean {
  try {
    db.pragma('busy_timeout = 0');
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return true;
    throw error;
  }
}

/** Locks ops.db until the returned function is called or the test ends, so that a script waits at its fence. */
function blockFence(t: Scope, { config }: Root): () => void {
  const ops = openDatabase(config.opsDatabasePath, { busyMs: 1000 });
  ops.pragma('locking_mode = EXCLUSIVE');
  ops.exec('BEGIN EXCLUSIVE');
  const unblock = () => void ops.close();
  t.teardown(unblock);
  return unblock;
}
