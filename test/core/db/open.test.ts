import '../../support/plain-children.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { connect } from '../../../src/core/db/driver.ts';
import { prepareLibrary } from '../../../src/core/db/library.ts';
import { applyMigrations } from '../../../src/core/db/migrations.ts';
import {
  type Db,
  openDatabase,
  prepareDataVersion,
  scriptBusyMs,
  serverBusyMs,
} from '../../../src/core/db/open.ts';
import { prepareOps } from '../../../src/core/db/ops.ts';
import { makeFolder } from '../../support/folder.ts';

const pragmas = (db: Db) =>
  Object.fromEntries(
    ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map((name) => [
      name,
      db.pragma(name, { simple: true }),
    ]),
  );
const durable = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1 };

function closing(t: Test, db: Db): Db {
  t.teardown(() => db.close());
  return db;
}

/** The rows of all tables except ours. */
function contents(db: Db) {
  const tables = db
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'ops_%' ORDER BY name`)
    .pluck()
    .all() as string[];
  return Object.fromEntries(tables.map((name) => [name, db.prepare(`SELECT rowid, * FROM ${name}`).all()]));
}

t.test('the pragmas are the same on the first connection, on later ones and after reopening', async (t) => {
  const file = path.join(makeFolder(t), 'new/folder/ops.db');
  const first = openDatabase(file, { busyMs: serverBusyMs });
  t.same(pragmas(first), { ...durable, busy_timeout: serverBusyMs });
  const second = closing(t, openDatabase(file, { busyMs: scriptBusyMs }));
  t.same(pragmas(second), { ...durable, busy_timeout: scriptBusyMs });
  first.close();
  const third = closing(t, openDatabase(file, { busyMs: 7 }));
  t.same(pragmas(third), { ...durable, busy_timeout: 7 });
  const reader = closing(t, openDatabase(file, { busyMs: 7, readonly: true }));
  t.same(pragmas(reader), { ...durable, busy_timeout: 7 });
  t.throws(() => reader.exec('CREATE TABLE x (y)'), /readonly/);
});

t.test('the folder of a new file is created for this user only', async (t) => {
  const folder = path.join(makeFolder(t), 'data');
  closing(t, openDatabase(path.join(folder, 'ops.db'), { busyMs: 1 }));
  t.equal(fs.statSync(folder).mode & 0o777, 0o700);
});

t.test('this build of SQLite has no WAL-reset race', async (t) => {
  const [major = 0, minor = 0, patch = 0] = (
    connect(':memory:').prepare('SELECT sqlite_version()').pluck().get() as string
  )
    .split('.')
    .map(Number);
  t.ok(major * 1e6 + minor * 1e3 + patch >= 3_051_003);
});

t.test('a file that is not a database is refused by name', async (t) => {
  const folder = makeFolder(t, { 'notes.db': 'not a database, '.repeat(100), folder: {} });
  for (const name of ['notes.db', 'folder']) {
    const file = path.join(folder, name);
    t.throws(() => openDatabase(file, { busyMs: 1 }), {
      code: 'config',
      message: `${file} cannot be opened`,
    });
  }
  const missing = path.join(folder, 'missing.db');
  t.throws(() => openDatabase(missing, { busyMs: 1, readonly: true }), { code: 'config' });
  t.notOk(fs.existsSync(missing));
});

t.test('a database without a write-ahead log is refused', async (t) => {
  t.throws(() => openDatabase(':memory:', { busyMs: 1 }), { code: 'config', message: /write-ahead log/ });
});

t.test('a file written by a newer version is refused and not changed', async (t) => {
  const folder = makeFolder(t);
  for (const [name, prepare] of [
    ['ops', (file: string) => prepareOps(file)],
    ['library', (file: string) => prepareLibrary(file).library],
  ] as const) {
    const file = path.join(folder, `${name}.db`);
    const db = prepare(file);
    db.exec(`INSERT INTO ops_migration (hash, created_at) VALUES ('of tomorrow', ${Date.UTC(2100, 1)})`);
    if (name === 'library')
      db.exec('DROP INDEX ops_embeddings_newest; ALTER TABLE embeddings DROP COLUMN content_hash');
    db.close();
    const before = fs.readFileSync(file);
    t.throws(() => prepare(file), {
      code: 'config',
      message: /was written by a newer version.*Start that version/,
    });
    t.same(fs.readFileSync(file), before, name);
  }
});

t.test('migrations are applied once', async (t) => {
  const file = path.join(makeFolder(t), 'ops.db');
  const ops = closing(t, prepareOps(file));
  const applied = () => ops.prepare('SELECT hash, created_at FROM ops_migration').all();
  const before = applied();
  applyMigrations(ops, 'ops');
  t.same(applied(), before);
});

t.test(
  'servers that start at the same time migrate a shared library once, and all of them start',
  async (t) => {
    const file = path.join(makeFolder(t), 'chl.db');
    openDatabase(file, { busyMs: serverBusyMs }).close();
    const source = `import { prepareLibrary } from ${JSON.stringify(new URL('../../../src/core/db/library.js', import.meta.url))};
    process.once('message', () => {
      prepareLibrary(${JSON.stringify(file)}).library.close();
      process.disconnect();
    });
    process.send('ready');`;
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const children = [1, 2, 3].map(() =>
      spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: [...stdio] }),
    );
    const ends = children.map((child) => once(child, 'exit'));
    await Promise.all(children.map((child) => once(child, 'message')));
    for (const child of children) child.send('go');
    t.same(await Promise.all(ends), Array(3).fill([0, null]));
  },
);

t.test('failing migrations leave the file unchanged', async (t) => {
  const file = path.join(makeFolder(t), 'ops.db');
  const db = closing(t, openDatabase(file, { busyMs: serverBusyMs }));
  db.exec('CREATE TABLE worker (name text)');
  t.throws(() => applyMigrations(db, 'ops'), {
    code: 'config',
    message: /its tables are others than it says\. It was not changed/,
  });
  t.same(db.prepare('SELECT name FROM sqlite_master').pluck().all(), ['worker']);
  t.equal(db.pragma('busy_timeout', { simple: true }), serverBusyMs);
});

t.test('a commit of another connection changes the data version', async (t) => {
  const file = path.join(makeFolder(t), 'ops.db');
  const [one, other] = [closing(t, prepareOps(file)), closing(t, openDatabase(file, { busyMs: 1 }))];
  const dataVersion = prepareDataVersion(one);
  const before = dataVersion();
  one.exec(`INSERT INTO job_count VALUES ('own', 'queued', 1)`);
  t.equal(dataVersion(), before, 'a commit of the same connection does not');
  other.exec(`INSERT INTO job_count VALUES ('other', 'queued', 1)`);
  t.not(dataVersion(), before);
});

/** As another CHL program creates it: without our tables, column, indexes and checks. */
function makeExistingLibrary(file: string) {
  const db = connect(file);
  db.exec(`
    CREATE TABLE categories (code VARCHAR(64) PRIMARY KEY, name VARCHAR(255) UNIQUE NOT NULL, description TEXT,
      created_at VARCHAR(50) NOT NULL);
    CREATE TABLE experiences (id VARCHAR(64) PRIMARY KEY, category_code VARCHAR(64) NOT NULL REFERENCES categories(code),
      section VARCHAR(32) NOT NULL, title VARCHAR(120) NOT NULL, playbook TEXT NOT NULL, context TEXT,
      source VARCHAR(16) NOT NULL, sync_status INTEGER NOT NULL, author TEXT,
      embedding_status TEXT DEFAULT 'pending' NOT NULL, created_at VARCHAR(50) NOT NULL,
      updated_at VARCHAR(50) NOT NULL, synced_at TEXT, exported_at TEXT);
    CREATE TABLE category_manuals (id VARCHAR(64) PRIMARY KEY, category_code VARCHAR(64) NOT NULL
      REFERENCES categories(code), title VARCHAR(120) NOT NULL, content TEXT NOT NULL, summary TEXT,
      source VARCHAR(16) NOT NULL, sync_status INTEGER NOT NULL, author TEXT,
      embedding_status TEXT DEFAULT 'pending' NOT NULL, created_at VARCHAR(50) NOT NULL,
      updated_at VARCHAR(50) NOT NULL, synced_at TEXT, exported_at TEXT);
    CREATE TABLE embeddings (entity_id TEXT NOT NULL, entity_type TEXT NOT NULL, model_name TEXT NOT NULL,
      model_version TEXT NOT NULL, embedding_dimension INTEGER NOT NULL, embedding_data BLOB NOT NULL,
      created_at TEXT NOT NULL);
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT);
    INSERT INTO categories VALUES ('GIT', 'Git', NULL, '2024-01-01'), ('SQL', 'SQL', 'Queries', '2024-01-02');
    INSERT INTO experiences VALUES ('EXP-1', 'GIT', 'useful', 'Rebase', 'Do it', '', 'local', 1, NULL, 'embedded',
      '2024', '2024', NULL, NULL);
    INSERT INTO category_manuals VALUES ('MNL-1', 'SQL', 'Joins', 'Text', NULL, 'local', 0, 'ada', 'pending',
      '2024', '2024', NULL, NULL);
    INSERT INTO embeddings VALUES ('EXP-1', 'experience', 'm', '1', 2, x'0000803f00000000', '2024'),
      ('EXP-1', 'experience', 'm', '0', 2, x'00000000', '2023');
    INSERT INTO settings VALUES ('theirs', 'kept');
  `);
  return db;
}

t.test(
  'an existing library is adopted: missing tables are added, and no existing row or table changes',
  async (t) => {
    const file = path.join(makeFolder(t), 'chl.db');
    const theirs = makeExistingLibrary(file);
    const before = contents(theirs);
    const definition = `SELECT sql FROM sqlite_master WHERE name IN ('categories', 'experiences', 'category_manuals')`;
    const tables = theirs.prepare(definition).all();
    theirs.close();

    const { library, isNew } = prepareLibrary(file);
    closing(t, library);
    t.equal(isNew, false);
    const { embeddings, ...others } = contents(library);
    const { embeddings: embeddingsBefore = [], ...othersBefore } = before;
    t.same(others, othersBefore);
    t.same(
      embeddings,
      embeddingsBefore.map((row) => ({ ...(row as object), content_hash: null })),
    );
    t.same(library.prepare(definition).all(), tables);
    t.equal(library.pragma('integrity_check', { simple: true }), 'ok');
    t.match(library.prepare('SELECT * FROM ops_library_state').all(), [
      {
        id: 1,
        revision: 0,
        writer: null,
        experiences: 1,
        experiences_pending: 0,
        manuals: 1,
        manuals_pending: 1,
      },
    ]);
    library.exec(`UPDATE experiences SET title = 'Rebase often'`);
    t.equal(
      library.prepare('SELECT revision FROM ops_library_state').pluck().get(),
      1,
      'changes are counted',
    );
  },
);

t.test('a library is adopted once, and another start changes no byte', async (t) => {
  const file = path.join(makeFolder(t), 'chl.db');
  makeExistingLibrary(file).close();
  prepareLibrary(file).library.close();
  const before = fs.readFileSync(file);
  const { library, isNew } = prepareLibrary(file);
  library.close();
  t.equal(isNew, false);
  t.same(fs.readFileSync(file), before);
});

t.test('a missing library is created, with the column content_hash', async (t) => {
  const { library, isNew } = prepareLibrary(path.join(makeFolder(t), 'chl.db'));
  closing(t, library);
  t.equal(isNew, true);
  const columns = library.prepare(`SELECT name FROM pragma_table_info('embeddings')`).pluck().all();
  t.ok(columns.includes('content_hash'));
  t.match(contents(library), { categories: [], experiences: [], category_manuals: [], embeddings: [] });
});

t.test(
  'every change of text or categories raises the revision; embedding and exporting do not',
  async (t) => {
    const { library } = prepareLibrary(path.join(makeFolder(t), 'chl.db'));
    closing(t, library);
    const revision = () => library.prepare('SELECT revision FROM ops_library_state').pluck().get() as number;
    const raises = (by: number, statement: string) => {
      const before = revision();
      library.exec(statement);
      t.equal(revision() - before, by, statement);
    };
    raises(1, `INSERT INTO categories VALUES ('GIT', 'Git', NULL, '2024')`);
    raises(
      1,
      `INSERT INTO experiences VALUES ('E', 'GIT', 's', 't', 'p', NULL, 'local', 1, NULL, 'pending', '', '', NULL, NULL)`,
    );
    raises(
      1,
      `INSERT INTO category_manuals VALUES ('M', 'GIT', 't', 'c', NULL, 'local', 1, NULL, 'pending', '', '', NULL, NULL)`,
    );
    raises(1, `UPDATE experiences SET playbook = 'q'`);
    raises(1, `UPDATE category_manuals SET summary = 'q'`);
    raises(1, `UPDATE categories SET description = 'q'`);
    raises(0, `UPDATE experiences SET embedding_status = 'embedded', exported_at = 'now', synced_at = 'now'`);
    raises(0, `UPDATE category_manuals SET embedding_status = 'failed', updated_at = 'now'`);
    raises(0, `INSERT INTO embeddings VALUES ('E', 'experience', 'm', '1', 1, x'00', '', NULL)`);
    raises(3, `DELETE FROM categories`);
  },
);
