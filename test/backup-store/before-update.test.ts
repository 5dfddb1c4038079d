import fs from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { openDatabases } from '../../src/backup-store/open-databases.ts';
import { readManifest } from '../../src/backup-store/manifest.ts';
import { packageRoot, readConfig, version } from '../../src/core/config.ts';
import { connect } from '../../src/core/db/driver.ts';
import { acquireServerLock } from '../../src/runner/server-lock.ts';
import { startApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const log = pino({ level: 'silent' });
const id = `before-${version}`;

/** The data of version 0.1.0. */
function makeOld(t: Test, env: Record<string, string> = {}) {
  const root = makeFolder(t);
  fs.cpSync(path.join(packageRoot, 'test/fixtures/0.1.0'), root, { recursive: true });
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_WORKERS: '0', CHL_PORT: '0', ...env }, root);
  return { root, config };
}

function read(file: string, sql: string): unknown {
  const db = connect(file, { readonly: true });
  try {
    return db.prepare(sql).pluck().get();
  } finally {
    db.close();
  }
}

const migrations = 'SELECT count(*) FROM ops_migration';
const setsOf = ({ backupPath }: { backupPath: string }) =>
  (fs.existsSync(backupPath) ? fs.readdirSync(backupPath) : []).filter((name) => name.startsWith('before-'));

t.test('the first start of a newer version copies both databases as they were', async (t) => {
  const { root, config } = makeOld(t);
  const [library, ops] = [read(config.databasePath, migrations), read(config.opsDatabasePath, migrations)];
  const app = await startApp(t, { root });
  t.strictSame(setsOf(config), [id]);
  const folder = path.join(config.backupPath, id);
  t.equal(read(path.join(folder, 'library.db'), migrations), library);
  t.equal(read(path.join(folder, 'ops.db'), migrations), ops);
  t.ok(Number(read(config.opsDatabasePath, migrations)) > Number(ops), 'and then changed them');
  t.match(readManifest(folder), { job: null, note: `Before the update to version ${version}`, index: null });
  await until(() => app.parts.backups.find(id) !== null);
  t.match(app.parts.backups.find(id), { kind: 'before_update', proof: 'none', is_kept: false });
  await app.close();
  await (await startApp(t, { root })).close();
  t.strictSame(setsOf(config), [id], 'once');
});

t.test('a new installation copies nothing', async (t) => {
  const app = await startApp(t);
  t.strictSame(setsOf(app.config), []);
});

t.test('a failed update says how to go back, and is not copied twice', async (t) => {
  const { config } = makeOld(t);
  const ops = connect(config.opsDatabasePath);
  ops.exec('CREATE TABLE server_start (id integer)');
  ops.close();
  const before = read(config.opsDatabasePath, migrations);
  for (const _ of [1, 2]) {
    await t.rejects(openDatabases(config, { log }), {
      code: 'config',
      message: new RegExp(
        `^${config.opsDatabasePath} cannot be brought to this version.* It was not changed.* Both databases as they were before the update are in ${path.join(config.backupPath, id)}\\. To go back, move .* start the earlier version\\.$`,
      ),
    });
    t.strictSame(setsOf(config), [id]);
  }
  t.equal(read(config.opsDatabasePath, migrations), before);
  const changed = connect(config.opsDatabasePath);
  changed.exec('CREATE TABLE more (id integer)');
  changed.close();
  await t.rejects(openDatabases(config, { log }), { code: 'config' });
  t.strictSame(setsOf(config).sort(), [id, `${id}-2`], 'what has changed since is copied, too');
});

t.test('an update that fails half way names the copies of before, at each start', async (t) => {
  const { config } = makeOld(t);
  const before = Number(read(config.opsDatabasePath, migrations));
  const library = connect(config.databasePath);
  library.exec('CREATE INDEX ops_origin ON experiences (title)');
  library.close();
  for (const _ of [1, 2]) {
    await t.rejects(openDatabases(config, { log }), {
      code: 'config',
      message: new RegExp(
        `^${config.databasePath} cannot be brought to this version.* before the update are in ${path.join(config.backupPath, id)}\\. `,
      ),
    });
    t.ok(Number(read(config.opsDatabasePath, migrations)) > before);
    t.strictSame(setsOf(config), [id]);
  }
  t.equal(read(path.join(config.backupPath, id, 'ops.db'), migrations), before);
  const changed = connect(config.databasePath);
  changed.exec(`INSERT INTO categories VALUES ('NEW', 'Of another CHL program', '', '')`);
  changed.close();
  await t.rejects(openDatabases(config, { log }), { message: new RegExp(`/${id}\\. `) });
  t.strictSame(setsOf(config), [id], 'a copy of the new ops.db would not lead back');
  const ops = connect(config.opsDatabasePath);
  ops.exec(`INSERT INTO server_start (at, version, node, sqlite, mode, pid, config_sha256)
    VALUES ('', '', '', '', '', 1, '')`);
  ops.close();
  await t.rejects(openDatabases(config, { log }), { code: 'config' });
  t.strictSame(setsOf(config).sort(), [id, `${id}-2`], 'a server has worked since');
});

t.test('an update without room for the copies does not begin', async (t) => {
  const { config } = makeOld(t, { CHL_DISK_RESERVE_MB: '1048576' });
  const before = read(config.opsDatabasePath, migrations);
  await t.rejects(openDatabases(config, { log }), {
    code: 'disk_full',
    message: /^A copy of both databases, without which no update begins, needs \S+ GiB/,
  });
  t.strictSame(setsOf(config), []);
  t.equal(read(config.opsDatabasePath, migrations), before);
});

t.test(
  'a folder of backups inside one that the server cleans is refused at start, and nothing is written',
  async (t) => {
    const root = makeFolder(t);
    fs.mkdirSync(path.join(root, 'logs'));
    fs.symlinkSync(path.join(root, 'logs'), path.join(root, 'link'));
    const inIndex = { CHL_FAISS_INDEX_PATH: path.join(root, 'vectors') };
    const cases: [string, Record<string, string>?][] = [
      ['logs'],
      ['logs/old/sets'],
      ['link/sets'],
      ['uploads'],
      ['tmp/sets'],
      ['exports/sets'],
      ['sheets/sets'],
      ['faiss_index/sets'],
      ['vectors', inIndex],
    ];
    for (const [folder, env] of cases) {
      const config = readConfig(
        { CHL_EXPERIENCE_ROOT: root, CHL_BACKUP_PATH: path.join(root, folder), ...env },
        root,
      );
      await t.rejects(openDatabases(config, { log }), {
        code: 'config',
        message: new RegExp(
          `^CHL_BACKUP_PATH is "${path.join(root, folder)}", .*where the server writes and removes files of its own\\. Set it to another folder`,
        ),
      });
    }
    t.strictSame(fs.readdirSync(root).sort(), ['link', 'logs']);
    for (const [folder, env] of [
      ['sets', {}],
      ['logs-of-backups', {}],
      ['backups', { CHL_FAISS_INDEX_PATH: root }],
    ] as const) {
      const config = readConfig(
        { CHL_EXPERIENCE_ROOT: root, CHL_BACKUP_PATH: path.join(root, folder), ...env },
        root,
      );
      const { ops, library } = await openDatabases(config, { log });
      ops.close();
      library.close();
    }
  },
);

t.test('a command that works on ops.db without a server copies both databases first, too', async (t) => {
  const { root, config } = makeOld(t);
  const ops = read(config.opsDatabasePath, migrations);
  const { release } = acquireServerLock(root, { pid: 1, url: null, since: '' });
  t.match(await runHere(root, ['token', 'list']), {
    code: 75,
    err: /in use by process 1\. Its databases are of an earlier version: stop that server.*Nothing was changed/,
  });
  release();
  t.strictSame([setsOf(config), read(config.opsDatabasePath, migrations)], [[], ops]);
  t.match(await runHere(root, ['token', 'list']), { code: 0, out: /^No tokens/ });
  t.strictSame(setsOf(config), [id]);
  t.equal(read(path.join(config.backupPath, id, 'ops.db'), migrations), ops);
  t.ok(Number(read(config.opsDatabasePath, migrations)) > Number(ops));
});
