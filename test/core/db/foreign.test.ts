// Databases of other programs, of other schemas, and of killed programs: refused in one line, or adopted.
import '../../support/plain-children.ts';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { connect } from '../../../src/core/db/driver.ts';
import { prepareLibrary } from '../../../src/core/db/library.ts';
import type { Db } from '../../../src/core/db/open.ts';
import { prepareOps } from '../../../src/core/db/ops.ts';
import { runHere } from '../../support/command-line.ts';

function make(file: string, sql: string) {
  const db = connect(file);
  db.exec(sql);
  db.close();
}

/** The name and the bytes of every file. */
function contentsOf(folder: string) {
  return Object.fromEntries(
    fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name)).toString('base64')]),
  );
}

const openers: Record<string, (file: string) => Db> = {
  library: (file) => prepareLibrary(file).library,
  ops: prepareOps,
};
const settings = { library: 'CHL_DATABASE_PATH', ops: 'CHL_OPS_DATABASE_PATH' };

/** Asserts the refusal, and that neither the file nor its folder has changed. */
function refuses(t: Test, file: string, name: 'library' | 'ops', problem: string) {
  const before = contentsOf(path.dirname(file));
  const message = `${file} is not a database of CHL Operations, or of an unknown version: ${problem}. It was not changed. Set ${settings[name]} to the right file, or to a new one.`;
  t.throws(() => openers[name]?.(file), { code: 'config', message }, problem);
  t.same(contentsOf(path.dirname(file)), before, `${problem}: nothing has changed`);
}

const foreign: Record<string, [sql: string, library: string, ops: string]> = {
  'tables of another program': [
    'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)',
    'it has no table "categories" with the column "code"',
    'it has no table "ops_migration" with the column "hash"',
  ],
  'tables of the same name': [
    'CREATE TABLE moz_places (id); CREATE TABLE Experiences (id INTEGER, url TEXT); CREATE TABLE job (number, id, x)',
    'its table "experiences" has no column "category_code"',
    'its table "job" has no column "operation"',
  ],
  'views of the same name': [
    'CREATE TABLE t (a); CREATE VIEW experiences AS SELECT a AS id FROM t; CREATE VIEW job AS SELECT a FROM t',
    '"experiences" is a view, not a table with the column "id"',
    '"job" is a view, not a table with the column "number"',
  ],
  'only a view': [
    'CREATE VIEW one AS SELECT 1 AS a',
    'it has no table "categories" with the column "code"',
    'it has no table "ops_migration" with the column "hash"',
  ],
};

for (const mode of ['delete', 'wal']) {
  t.test(`a file with other tables is refused and not changed (journal mode ${mode})`, async (t) => {
    for (const [title, [sql, library, ops]] of Object.entries(foreign)) {
      const file = path.join(t.testdir(), 'theirs.db');
      make(file, `PRAGMA journal_mode = ${mode}; ${sql}`);
      t.comment(title);
      refuses(t, file, 'library', library);
      refuses(t, file, 'ops', ops);
    }
  });
}

t.test('the log of a killed program is read, and left as it is', async (t) => {
  for (const names of [
    ['x.db', 'x.db-wal'],
    ['x.db', 'x.db-wal', 'x.db-shm'],
  ]) {
    const root = t.testdir({ live: {}, left: {} });
    const live = connect(path.join(root, 'live/x.db'));
    live.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (id)');
    for (const name of names) fs.copyFileSync(path.join(root, 'live', name), path.join(root, 'left', name));
    const before = contentsOf(path.join(root, 'left'));
    const file = path.join(root, 'left/x.db');
    t.throws(() => prepareLibrary(file), { message: /has no table "categories" with/ });
    const after = contentsOf(path.join(root, 'left'));
    t.same(Object.keys(after), Object.keys(before));
    for (const name of ['x.db', 'x.db-wal']) t.equal(after[name], before[name], name);
    live.close();
  }
});

t.test('the rollback journal of a killed program is left as it is', async (t) => {
  const file = path.join(t.testdir(), 'x.db');
  make(file, 'CREATE TABLE notes (id, body); INSERT INTO notes VALUES (1, randomblob(50000))');
  const source = `
    const { connect } = await import(${JSON.stringify(new URL('../../../src/core/db/driver.js', import.meta.url))});
    const db = connect(${JSON.stringify(file)});
    db.exec('PRAGMA cache_size = 1; BEGIN; UPDATE notes SET body = randomblob(50000); INSERT INTO notes VALUES (2, randomblob(90000))');
    process.kill(process.pid, 'SIGKILL');`;
  spawnSync(process.execPath, ['--input-type=module', '-e', source]);
  t.ok(fs.existsSync(`${file}-journal`));
  refuses(t, file, 'library', 'it has no table "categories" with the column "code"');
});

t.test('the two databases of this program are not taken for each other', async (t) => {
  const folder = t.testdir();
  const [library, ops] = [path.join(folder, 'chl.db'), path.join(folder, 'ops.db')];
  prepareLibrary(library).library.close();
  prepareOps(ops).close();
  refuses(t, library, 'ops', 'it has no table "job" with the column "number"');
  refuses(t, ops, 'library', 'it has no table "categories" with the column "code"');
});

t.test('a library of an older schema is refused by the column that it lacks', async (t) => {
  for (const [table, column] of [
    ['experiences', 'exported_at'],
    ['category_manuals', 'summary'],
    ['embeddings', 'model_version'],
    ['categories', 'description'],
  ] as const) {
    const file = path.join(t.testdir(), 'chl.db');
    const { library } = prepareLibrary(file);
    const dropped = library
      .prepare(
        `SELECT 'DROP ' || type || ' ' || name FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL`,
      )
      .pluck()
      .all();
    library.exec(`${dropped.join(';')}; ALTER TABLE ${table} DROP COLUMN ${column}`);
    library.close();
    refuses(t, file, 'library', `its table "${table}" has no column "${column}"`);
  }
});

t.test('an empty file, and one that other programs have only opened, become the library', async (t) => {
  const folder = t.testdir({ 'empty.db': '' });
  make(path.join(folder, 'opened.db'), 'PRAGMA journal_mode = WAL; CREATE TABLE t (a); DROP TABLE t');
  for (const name of ['empty.db', 'opened.db']) {
    const { library } = prepareLibrary(path.join(folder, name));
    t.equal(library.prepare('SELECT count(*) FROM experiences').pluck().get(), 0, name);
    library.close();
  }
});

t.test('a file that is not a database is refused by name, and stays', async (t) => {
  const folder = t.testdir({ 'chl.db': 'not a database, '.repeat(1000) });
  const before = contentsOf(folder);
  for (const open of Object.values(openers)) {
    t.throws(() => open(path.join(folder, 'chl.db')), {
      code: 'config',
      message: /chl\.db cannot be opened: /,
    });
  }
  t.same(contentsOf(folder), before);
});

t.test('doctor names the file, the table and the column', async (t) => {
  const root = t.testdir();
  make(path.join(root, 'chl.db'), 'CREATE TABLE experiences (id)');
  const { out, code } = await runHere(root, ['doctor']);
  t.equal(code, 1);
  t.match(out, /its table "experiences" has no column "category_code"/);
});
