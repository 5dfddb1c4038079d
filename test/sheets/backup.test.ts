import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createApp } from '../../src/app.ts';
import type { Backup } from '../../src/backup-store/backup.ts';
import { createBackupRepository } from '../../src/backup-store/backup-repository.ts';
import { readCopyName } from '../../src/backup-store/set-files.ts';
import { backups as backupsFeature } from '../../src/backups/feature.ts';
import { readConfig } from '../../src/core/config.ts';
import { createSilentLog } from '../../scripts/bench/silent-log.ts';
import { connect } from '../../src/core/db/driver.ts';
import { type Db, openDatabase } from '../../src/core/db/open.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import { type Change, hashValues, readChangeRecord } from '../../src/library/change-record-repository.ts';
import { backupFile, backupLibrary, removeBackup, sweepBackups } from '../../src/sheets/backup.ts';
import { startApp } from '../support/app.ts';
import { addBackup } from '../support/backups.ts';
import { insertJob } from '../support/job-repository.ts';
import { failReads, mayMount } from '../support/mounts.ts';
import { makeRoot, openRoot } from '../support/library.ts';
import { unfollowed } from '../support/plan.ts';
import { makeFolder } from '../support/folder.ts';

const now = '2026-11-22T10:00:00.123Z';
const job = { id: '6f9619ff-8b86-d011-b42d-00c04fc964ff', operation: 'import' };
const given = { job, changes: [], now };

t.test('a backup is a whole library that only its owner can read', async (t) => {
  const { config, db } = makeRoot(t);
  db.exec(`INSERT INTO categories VALUES ('GIT', 'Git', NULL, '')`);
  const name = await backupLibrary(config, given, unfollowed);
  t.equal(name, 'library-20261122T100000.123Z-6f9619ff.db');
  const file = backupFile(config, name);
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
  t.strictSame(fs.readdirSync(path.dirname(file)), [name], 'and nothing is left beside it');
  const backup = openDatabase(file, { busyMs: 0, readonly: true });
  t.equal(backup.pragma('integrity_check', { simple: true }), 'ok');
  t.strictSame(backup.prepare('SELECT code FROM categories').pluck().all(), ['GIT']);
  backup.close();
  t.strictSame(fs.readdirSync(path.dirname(file)), [name], 'and reading it writes nothing');
  removeBackup(config, name);
  t.notOk(fs.existsSync(file));
});

t.test('a library can be written while it is copied, and the copied share grows', async (t) => {
  const { config, db } = makeRoot(t);
  db.exec(`INSERT INTO categories VALUES ('GIT', 'Git', '${'x'.repeat(8_000_000)}', '')`);
  const other = openDatabase(config.databasePath, { busyMs: 0 });
  t.teardown(() => other.close());
  const parts: number[] = [];
  const name = await backupLibrary(config, given, (part) => {
    if (parts.length === 0) other.exec(`INSERT INTO categories VALUES ('SQL', 'Databases', NULL, '')`);
    parts.push(part);
  });
  t.ok(parts.length > 1);
  t.ok(parts.every((part) => part >= 0 && part < 1));
  const backup = connect(backupFile(config, name));
  t.strictSame(backup.prepare('SELECT code FROM categories').pluck().all(), ['GIT', 'SQL']);
  backup.close();
});

t.test('a backup leaves the unfinished work of others alone', async (t) => {
  const { config } = makeRoot(t);
  const folder = path.join(config.root, 'backups');
  fs.mkdirSync(folder);
  const others = ['.20261121T100000Z-7.partial', '.library-20261121T100000.123Z-by-hand.db.partial', 'b.db'];
  for (const name of others) fs.writeFileSync(path.join(folder, name), '');
  const name = await backupLibrary(config, { ...given, job: { ...job, id: '' } }, unfollowed);
  t.strictSame(fs.readdirSync(folder), [...others, name]);
  t.equal(name, 'library-20261122T100000.123Z-by-hand.db');
});

t.test('a backup records the changes of its job, and one without a record is known as such', async (t) => {
  const { config } = makeRoot(t);
  const read = (name: string) => {
    const backup = connect(backupFile(config, name));
    const found = readChangeRecord(backup)?.jobId;
    backup.close();
    return found;
  };
  const changes: Change[] = [
    { kind: 'category', key: 'GIT', values: ['GIT', 'Git', null] },
    { kind: 'manual', key: 'MNL-1', values: null },
  ];
  const whole = await backupLibrary(config, { ...given, changes }, unfollowed);
  t.equal(read(whole), job.id);
  const backup = connect(backupFile(config, whole));
  backup.exec('DELETE FROM ops_changes');
  backup.close();
  t.equal(read(whole), undefined, 'the record is empty');
  fs.copyFileSync(config.databasePath, backupFile(config, 'older.db'));
  t.equal(read('older.db'), undefined, 'a backup of an older version');
});

t.test('a long record is written in parts, which no earlier version takes for a whole one', async (t) => {
  const { config } = makeRoot(t);
  const changes = Array.from({ length: 2500 }, (_, number): Change => {
    const key = `MNL-${number}`;
    return { kind: number < 10 ? 'experience' : 'manual', key, values: number % 2 === 0 ? [key] : null };
  });
  const backup = connect(backupFile(config, await backupLibrary(config, { ...given, changes }, unfollowed)));
  t.teardown(() => backup.close());
  const record = readChangeRecord(backup);
  t.equal(record?.jobId, job.id);
  t.strictSame(
    [...(record?.changes.experience ?? []), ...(record?.changes.manual ?? [])],
    changes.map(({ key, values }) => [key, values && hashValues(values)]),
  );
  const rows = backup.prepare('SELECT rows, length(changes) FROM ops_changes').raw().all() as number[][];
  t.strictSame(
    rows.map(([number]) => number),
    [0, 1000, 1000, 500],
  );
  t.equal(backup.prepare('SELECT changes FROM ops_changes').pluck().get(), 'null');
});

t.test('a failed backup leaves nothing', async (t) => {
  const { config } = makeRoot(t);
  const changes = function* (): Generator<Change> {
    yield { kind: 'category', key: 'GIT', values: null };
    throw new Error('the disk is full');
  };
  await t.rejects(backupLibrary(config, { ...given, changes: changes() }, unfollowed), /disk is full/);
  t.strictSame(fs.readdirSync(path.join(config.root, 'backups')), []);
});

t.test('the oldest backups are removed beyond a number and a size, but never the newest', async (t) => {
  const { config } = makeRoot(t);
  const folder = path.join(config.root, 'backups');
  const names = ['0101', '0202', '0303', '0404'].map((day) => `library-2026${day}T100000.123Z-6f9619ff.db`);
  const kept = (importBackups: number, mebibytes: number, marked: string[] = [], at = now) => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder);
    for (const name of [...names, 'mine.db', 'library-before-spring.db'])
      fs.writeFileSync(path.join(folder, name), Buffer.alloc(1_000_000));
    const limits = { importBackups, importBackupsMaxBytes: mebibytes * 2 ** 20 };
    fs.mkdirSync(path.join(folder, 'library-20260505T100000.123Z-6f9619ff.db'));
    const place = { backupPath: config.backupPath, ...limits };
    const ops = openRows(config.root, names, marked);
    const removed = sweepBackups(place, ops, new Date(at));
    ops.close();
    const left = fs.readdirSync(folder).filter((name) => names.includes(name));
    t.strictSame([...left, ...removed].sort(), names);
    t.equal(fs.readdirSync(folder).length, left.length + 3, 'copies of people stay, and folders');
    return left.map((name) => name.slice(12, 16)).join(' ');
  };
  t.equal(kept(20, 5120), '0101 0202 0303 0404');
  t.equal(kept(3, 5120), '0202 0303 0404');
  t.equal(kept(20, 2), '0303 0404');
  t.equal(kept(1, 5120), '0404');
  t.equal(kept(1, 5120, names.slice(0, 1)), '0101 0404', 'one that is marked to keep');
  const before = '2026-02-02T10:00:00.123Z';
  t.equal(kept(2, 5120, [], before), '0101 0202', 'the one just made, after the clock was set back');
  t.equal(kept(1, 5120, [], before), '0202');
  t.equal(kept(20, 0), '0404', 'larger than the size that all may have');
  await t.test('at the start of the server, too, but not in noop mode', async (t) => {
    kept(20, 5120);
    const limit = {
      CHL_EXPERIENCE_ROOT: config.root,
      CHL_PORT: '0',
      CHL_WORKERS: '0',
      CHL_IMPORT_BACKUPS: '2',
    };
    for (const [mode, left, why] of [
      ['noop', 4, 'nothing is removed'],
      ['scripts', 4, 'an ops.db that is new does not know which ones were kept'],
      ['noop', 4, 'not even those that it knows'],
      ['scripts', 2, 'the limits hold'],
    ] as const) {
      const env = readConfig({ ...limit, CHL_OPERATIONS_MODE: mode }, config.root);
      const app = await createApp(env, {
        ...createSilentLog(env),
      });
      if (why.startsWith('an ops.db')) for (const name of names) addRow(app.ops, name);
      await app.close();
      t.equal(fs.readdirSync(folder).filter((name) => names.includes(name)).length, left, mode + why);
    }
  });
  fs.rmSync(folder, { recursive: true });
  const ops = openRows(config.root, []);
  t.strictSame(sweepBackups(config, ops, new Date(now)), [], 'there is no folder yet');
  ops.close();
});

t.test('a copy that a job needs, or that was kept meanwhile, is not removed', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop', CHL_IMPORT_BACKUPS: '1' } });
  const { backups, repository } = app.parts;
  const { whyKept } = app.use(backupsFeature);
  const copies = Array.from({ length: 7 }, (_, at) =>
    addBackup(app, `2026-11-0${at + 1}T02:00:00.000Z`, { kind: 'before_import' }),
  );
  const [restored, tested, undone, free, late, last, newest] = copies.map(({ id }) => id);
  const job = (operation: string, args: object) => insertJob(repository, { operation, args: { ...args } });
  job('restore', { backup: restored });
  job('drill', { backup: tested });
  job('drill', {});
  const { number } = job('import', {});
  app.ops.prepare('UPDATE job SET result = ? WHERE number = ?').run(`{"backup":"${undone}"}`, number);
  const undo = job('undo', { job: String(number) });
  t.match(whyKept(copies[2] as Backup)?.message, `Job #${undo.number} uses this backup.`);
  t.equal(whyKept(copies[3] as Backup), null, 'a test that names none takes a full one');
  const { rmSync } = fs;
  t.capture(fs, 'rmSync', (place: string, options: fs.RmOptions) => {
    rmSync(place, options);
    backups.describe(String(late), { is_kept: true, note: null });
  });
  t.strictSame(sweepBackups(app.config, app.ops, new Date()), [free, last]);
  t.strictSame(
    backups.all().map(({ id }) => id),
    [newest, late, undone, tested, restored],
  );
});

/** An ops.db with a row of each copy. */
function openRows(root: string, names: string[], marked: string[] = []): Db {
  const ops = prepareOps(path.join(fs.mkdtempSync(path.join(root, 'ops-')), 'ops.db'));
  for (const name of names) addRow(ops, name, marked.includes(name));
  return ops;
}

function addRow(ops: Db, id: string, isKept = false) {
  createBackupRepository(ops).add({
    id,
    job: null,
    at: String(readCopyName(id)?.at),
    kind: 'before_import',
    bytes: 1_000_000,
    sha256: null,
    proof: 'none',
    proof_job: null,
    proof_at: null,
    proof_text: null,
    proof_steps: [],
    note: null,
    is_kept: isKept,
    gone_at: null,
  });
}

t.test('a copy that cannot be removed keeps no other one', { skip: !mayMount }, async (t) => {
  const { config } = makeRoot(t);
  const folder = path.join(config.root, 'backups');
  fs.mkdirSync(folder);
  const names = ['01', '02', '03'].map((day) => `library-202601${day}T100000.123Z-6f9619ff.db`);
  for (const name of names) fs.writeFileSync(path.join(folder, name), '');
  // A file in use, as on a network disk.
  const used = failReads(t, path.join(folder, names[0] ?? ''));
  const ops = openRows(config.root, names, []);
  t.throws(() => sweepBackups({ ...config, importBackups: 1 }, ops, new Date(now)), { code: 'EBUSY' });
  t.strictSame(
    createBackupRepository(ops)
      .all()
      .map(({ id }) => id)
      .sort(),
    [names[0], names[2]],
  );
  ops.close();
  used.end();
  t.strictSame(fs.readdirSync(folder), [names[0], names[2]]);
});

t.test('backups are in their own folder, where it is set', async (t) => {
  const root = makeFolder(t);
  const folder = path.join(root, 'copies');
  const { config } = openRoot(t, { CHL_EXPERIENCE_ROOT: root, CHL_BACKUP_PATH: folder });
  const name = await backupLibrary(config, given, unfollowed);
  t.strictSame(fs.readdirSync(folder), [name]);
  t.equal(backupFile(config, name), path.join(folder, name));
});
