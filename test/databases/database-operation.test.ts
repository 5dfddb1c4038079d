// The operation database on a running server: what it reports, what it finds, and what it refuses.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { databaseOperation } from '../../src/databases/database-operation.ts';
import { opsMaxBytes } from '../../src/databases/room.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCategory, addExperience } from '../support/entries.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { damageTable } from '../support/damage.ts';
import { makeFolder } from '../support/folder.ts';

const actions = ['check', 'analyze', 'reindex', 'vacuum'] as const;

t.test('each work on each database succeeds and measures its tables', async (t) => {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  for (const database of ['library', 'ops'])
    for (const action of actions) {
      const job = await app.run('database', { database, do: action });
      t.match(job, { status: 'succeeded', failure: null }, `${action} of ${database}`);
      const { tables, rows, ...result } = job.result as unknown as Result;
      t.match(result, { database, do: action, file: database === 'ops' ? 'ops.db' : 'chl.db' });
      t.ok(result.bytes_before > 4096 && result.bytes_after > 4096);
      t.equal(
        rows,
        tables.reduce((sum, table) => sum + table.rows, 0),
      );
      const names = tables.map(({ name }) => name);
      t.ok(names.includes(database === 'ops' ? 'audit' : 'experiences'));
      if (database === 'library') t.equal(tables.find(({ name }) => name === 'experiences')?.rows, 60);
      t.ok(tables.every(({ bytes, unused_bytes }) => bytes >= 4096 && unused_bytes < bytes));
      t.match((await app.page(`/jobs/${job.number}`)).text, /tables: no problem found\./);
    }
});

type Result = {
  bytes_before: number;
  bytes_after: number;
  rows: number;
  tables: { name: string; rows: number; bytes: number; unused_bytes: number }[];
};

/** Runs SQL in another process, as another program would. */
function alter(app: TestApp, sql: string) {
  const open = path.resolve('dist/src/core/db/driver.js');
  const run = `import { connect } from ${JSON.stringify(open)};
    const db = connect(process.argv[1]); db.unsafeMode(true); db.pragma('foreign_keys = OFF'); db.exec(process.argv[2]); db.close();`;
  execFileSync(process.execPath, ['--input-type=module', '-e', run, app.config.databasePath, sql]);
}

async function start(t: Test) {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  return app;
}

t.test('a check names the table whose rows name others that do not exist', async (t) => {
  const app = await start(t);
  alter(
    app,
    `INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, created_at, updated_at)
      VALUES ('X1', 'GONE', 's', 't', 'p', 'x', 1, '2026', '2026')`,
  );
  t.match(await app.run('database'), {
    status: 'failed',
    failure: {
      code: 'exited',
      message:
        /^chl\.db has rows that name others which do not exist: 1 of experiences that names categories\./,
      detail: { kind: 'foreign_key', database: 'library' },
    },
  });
  t.match(await app.run('database', { quick: true }), { status: 'failed' }, 'a quick check looks, too');
  t.match(await app.run('database', { database: 'ops' }), { status: 'succeeded' });
});

t.test('a check names the index that does not fit, and a reindex repairs it', async (t) => {
  const app = await start(t);
  const page = app.library.prepare(`SELECT rootpage FROM sqlite_master WHERE name = ?`).pluck();
  const [one, other] = ['ops_experiences_waiting', 'ops_category_manuals_waiting'].map((name) =>
    page.get(name),
  );
  // Each index then has the rows of the other table.
  alter(
    app,
    `PRAGMA writable_schema = ON;
    UPDATE sqlite_master SET rootpage = CASE rootpage WHEN ${one} THEN ${other} ELSE ${one} END
      WHERE rootpage IN (${one}, ${other});`,
  );
  const job = await app.run('database');
  t.match(job, {
    status: 'failed',
    failure: {
      message: /^2 indexes of chl\.db do not fit the rows\. No row is lost\./,
      detail: { kind: 'index' },
    },
  });
  t.match(await app.run('database', { do: 'reindex' }), { status: 'succeeded' });
  t.match(await app.run('database'), { status: 'succeeded' });
});

for (const [name, where] of [
  ['ops_experiences_listed', 'the index ops_experiences_listed'],
  ['experiences', 'the table experiences'],
] as const)
  t.test(`a check names ${where} as damaged, and not in the words of SQLite`, async (t) => {
    const root = makeFolder(t);
    const first = await startApp(t, { root });
    await first.run('import', { mode: 'replace' });
    const { databasePath } = first.config;
    await first.close();
    damageTable(databasePath, name);
    const app = await startApp(t, { root });
    const job = await app.run('database');
    t.match(job, {
      status: 'failed',
      failure: {
        message: new RegExp(
          `^chl\\.db is damaged: a page of ${where} cannot be read\\. There is no backup\\.`,
        ),
        detail: { code: 'database_damaged', kind: 'damage', file: databasePath },
      },
    });
    t.notMatch(job.failure?.message, /Tree|btree|malformed|SQLITE/);
    t.match(await app.run('database', { do: 'vacuum' }), {
      status: 'failed',
      failure: { detail: { code: 'database_damaged' } },
    });
  });

t.test('a vacuum is refused without room, and of a large ops.db', async (t) => {
  const app = await startApp(t);
  const { assertPossible } = databaseOperation;
  const at = (file: string, bytes: number) => {
    const large = path.join(makeFolder(t), file);
    fs.closeSync(fs.openSync(large, 'w'));
    fs.truncateSync(large, bytes);
    return large;
  };
  const records = {} as Parameters<NonNullable<typeof assertPossible>>[2];
  const possible = (database: string, changed: object) => () =>
    assertPossible?.({ database, do: 'vacuum', quick: false }, { ...app.config, ...changed }, records);
  t.throws(possible('ops', { opsDatabasePath: at('ops.db', opsMaxBytes) }), {
    code: 'wrong_state',
    message: /^ops\.db has 512\.0 MiB, .* sqlite3 .*ops\.db VACUUM$/,
  });
  t.throws(possible('library', { databasePath: at('chl.db', 2 ** 42) }), {
    code: 'disk_full',
    message: /^chl\.db has 4096\.0 GiB, and a vacuum needs 8192\.0 GiB of free disk/,
  });
  t.doesNotThrow(possible('library', {}));
  t.match(await app.json('/api/v1/operations/database', { args: { do: 'polish' } }), { status: 422 });
});

t.test('after deleting half a vacuum makes the file smaller and keeps every row', async (t) => {
  const app = await startApp(t);
  const library = openDatabase(app.config.databasePath, { busyMs: 5000 });
  t.teardown(() => library.close());
  addCategory(library, 'GEN');
  library.transaction(() => {
    for (let at = 0; at < 4000; at += 1) addExperience(library, `N${at}`);
  })();
  library.exec(`DELETE FROM experiences WHERE CAST(substr(id, 2) AS integer) % 2 = 0`);
  const count = () =>
    ['experiences', 'categories', 'ops_library_state'].map((table) =>
      app.library.prepare(`SELECT count(*), sum(rowid) FROM ${table}`).raw().get(),
    );
  const counts = count();
  const job = await app.run('database', { do: 'vacuum' });
  const { bytes_before: before, bytes_after: after } = job.result as unknown as Result;
  t.ok(after < before, `${after} after ${before}`);
  t.equal(fs.statSync(app.config.databasePath).size, after, 'the file itself has shrunk');
  t.same(count(), counts);
  t.match((await app.page(`/jobs/${job.number}`)).text, /Freed [\d.]+ KiB: /);
});
