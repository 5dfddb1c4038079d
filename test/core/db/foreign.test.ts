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
import { linkTo, makeFolder } from '../../support/folder.ts';

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
  'an integer as id': [
    `CREATE TABLE experiences (id INTEGER PRIMARY KEY, category_code, title, source, sync_status, author,
       embedding_status, created_at, updated_at, synced_at, exported_at, section, playbook, context);
     CREATE TABLE job (number, id BIGINT, operation, status, args, attempt, created_at, finished_at)`,
    'the column "id" of its table "experiences" has the type INTEGER, not TEXT',
    'the column "id" of its table "job" has the type BIGINT, not TEXT',
  ],
  'no tables, but the mark of another program': [
    'PRAGMA application_id = 1196444487',
    'it has the application id 1196444487 of another program',
    'it has the application id 1196444487 of another program',
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
      const file = path.join(makeFolder(t), 'theirs.db');
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
    const root = makeFolder(t, { live: {}, left: {} });
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
  const file = path.join(makeFolder(t), 'x.db');
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
  const folder = makeFolder(t);
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
    const file = path.join(makeFolder(t), 'chl.db');
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
  const folder = makeFolder(t, { 'empty.db': '' });
  make(path.join(folder, 'opened.db'), 'PRAGMA journal_mode = WAL; CREATE TABLE t (a); DROP TABLE t');
  for (const name of ['empty.db', 'opened.db']) {
    const { library } = prepareLibrary(path.join(folder, name));
    t.equal(library.prepare('SELECT count(*) FROM experiences').pluck().get(), 0, name);
    library.close();
  }
});

t.test('what is not a database is refused by what it is, and stays', async (t) => {
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(5000)]);
  const notOne =
    /^\S+ is not a SQLite database: its first bytes are others\. .* Set CHL_.* put a backup in its place\.$/;
  const folder = makeFolder(t, {
    short: 'note\n',
    long: 'not a database, '.repeat(1000),
    'folder.db': {},
    dangling: linkTo('nowhere'),
    loop: linkTo('loop'),
    lost: {
      'missing.db-wal': 'changes',
      'emptied.db': '',
      'emptied.db-journal': 'changes',
      'none.db-wal': '',
    },
  });
  fs.writeFileSync(path.join(folder, 'picture.png'), png);
  spawnSync('mkfifo', [path.join(folder, 'pipe')]);
  const cases: Record<string, RegExp> = {
    short: notOne,
    long: notOne,
    'picture.png': notOne,
    'folder.db': /is a folder, not a file\. It was not changed\. Set CHL_/,
    pipe: /is a device or a pipe, not a file\. It was not changed\. Set CHL_/,
    dangling: /is a link to nowhere, which does not exist\. It was not changed\. Set CHL_/,
    loop: /is a link that leads to itself/,
    'lost/missing.db':
      /is missing, but (\S+)-wal has changes to it\. .* Put the database back, or move \1-wal away\.$/,
    'lost/emptied.db':
      /is empty, but (\S+)-journal has changes to it\. .* Put the database back, or move \1-journal away\.$/,
    [`${'long/'.repeat(120)}x.db`]: /has a path of more than 500 bytes, too long for SQLite\./,
  };
  for (const [name, message] of Object.entries(cases)) {
    const file = path.join(folder, name);
    const parts = fs.readdirSync(folder, { recursive: true }).sort();
    for (const open of Object.values(openers)) t.throws(() => open(file), { code: 'config', message }, name);
    t.same(fs.readdirSync(folder, { recursive: true }).sort(), parts, `${name}: nothing is created`);
  }
  t.equal(fs.readFileSync(path.join(folder, 'short'), 'utf8'), 'note\n');
  prepareLibrary(path.join(folder, 'lost/none.db')).library.close();
});

t.test('a database that another program keeps locked is refused soon', async (t) => {
  const file = path.join(makeFolder(t), 'chl.db');
  prepareLibrary(file).library.close();
  const other = connect(file);
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  t.throws(() => prepareLibrary(file), {
    code: 'config',
    message: /chl\.db is locked by another program or a job\. /,
  });
  other.close();
});

t.test('doctor names the file, the table and the column', async (t) => {
  const root = makeFolder(t);
  make(path.join(root, 'chl.db'), 'CREATE TABLE experiences (id)');
  const { out, code } = await runHere(root, ['doctor']);
  t.equal(code, 1);
  t.match(out, /its table "experiences" has no column "category_code"/);
});
