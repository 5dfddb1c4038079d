// `chl restore-library`: the file of the library goes back to a backup, while no server runs.
import '../support/plain-children.ts';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { setFile } from '../../src/backup-store/set-files.ts';
import { readRevision } from '../../src/backup-store/set-repository.ts';
import { packageRoot } from '../../src/core/config.ts';
import { connect } from '../../src/core/db/driver.ts';
import { type Db, openDatabase } from '../../src/core/db/open.ts';
import { replaceDatabase, settle } from '../../src/restore/replace-database.ts';
import { startApp } from '../support/app.ts';
import { writeSet } from '../support/backup-set.ts';
import { queryOps, runHere } from '../support/command-line.ts';
import { damageTable } from '../support/damage.ts';
import { addExperience, createLibrary } from '../support/entries.ts';
import { fillDisk, mayMount, mountDisk } from '../support/mounts.ts';
import { makeFolder } from '../support/folder.ts';

const id = '20261128T020000Z-2';
const confirmed = ['--reason', 'a test needs it', '--confirm', 'restore'];
const words = ['restore-library', id, ...confirmed];

/** Without those of readers. */
const filesIn = (root: string) =>
  fs.readdirSync(root).filter((name) => name.startsWith('chl.db') && !/-(wal|shm)$/.test(name));

function idsIn(file: string): string[] {
  const db = openDatabase(file, { busyMs: 1000 });
  try {
    if (db.pragma('integrity_check', { simple: true }) !== 'ok') return ['damaged'];
    return db.prepare('SELECT id FROM experiences ORDER BY id').pluck().all() as string[];
  } finally {
    db.close();
  }
}

/** A set with the entries `OLD` and `SET`, and a library with `OLD` and, in its log alone as after kill -9, `NEW`. */
async function makeKilled(t: Test) {
  const root = makeFolder(t);
  const { config, library } = createLibrary(root);
  addExperience(library, 'OLD');
  addExperience(library, 'SET');
  await writeSet(config, id, library);
  library.exec(`DELETE FROM experiences WHERE id = 'SET'`);
  library.pragma('wal_checkpoint(TRUNCATE)');
  addExperience(library, 'NEW');
  for (const name of ['chl.db', 'chl.db-wal'])
    fs.copyFileSync(path.join(root, name), path.join(root, `${name}.then`));
  library.close();
  for (const name of ['chl.db', 'chl.db-wal'])
    fs.renameSync(path.join(root, `${name}.then`), path.join(root, name));
  return { root, config };
}

t.test('a damaged library goes back to a set, then to the copy before an import', async (t) => {
  const root = makeFolder(t);
  const app = await startApp(t, { root });
  await app.run('import');
  const { config } = app.parts;
  await writeSet(config, id, app.library);
  const copy = fs.readdirSync(config.backupPath).find((name) => name.endsWith('.db')) ?? '';
  const before = idsIn(config.databasePath);
  app.library.exec(`DELETE FROM experiences WHERE rowid % 2 = 0`);
  const revision = readRevision(app.library);

  t.match(await runHere(root, words), {
    code: 75,
    err: /is in use by process \d+\. Stop the server, then run restore-library again\. Nothing was changed/,
  });
  await app.close();
  damageTable(config.databasePath, 'experiences');
  t.match(await runHere(root, ['restore-library', id]), { code: 2, err: /Type restore to confirm/ });
  const { code, out, err } = await runHere(root, words);
  t.equal(code, 0, err);
  t.match(
    out,
    /chl\.db is that of 20261128T020000Z-2, made \S+Z\. The replaced file is chl\.db\.replaced-\d{8}T\d{6}Z\./,
  );
  t.match(out, /The audit log has a row of it\./);
  t.strictSame(
    fs.readdirSync(root).filter((name) => /^chl\.db.*-/.test(name)).length,
    1,
    'no log is left beside',
  );
  t.strictSame(idsIn(config.databasePath), before);
  t.match(filesIn(root), ['chl.db', /^chl\.db\.replaced-\d{8}T\d{6}Z$/]);
  t.strictSame(idsIn(path.join(root, filesIn(root)[1] ?? '')), ['damaged']);
  t.match(queryOps(root, `SELECT * FROM audit WHERE event = 'library.restored'`), [
    { target: `backup:${id}`, reason: 'a test needs it', outcome: 'ok' },
  ]);

  const ops = config.opsDatabasePath;
  const left = ['chl.db.restoring', 'ops.db.restoring', 'ops.db.restoring-wal', 'ops.db.restoring-shm'];
  const half = 'ops.db.replaced-20261128T020000Z.partial';
  for (const name of [...left, half]) fs.writeFileSync(path.join(root, name), 'left by a killed command');
  const second = `${ops}.replaced-20261128T020001Z.partial`;
  fs.linkSync(ops, second);
  for (const name of ['ops.db.restoring-mine', 'ops.db.replaced-mine.partial'])
    fs.writeFileSync(path.join(root, name), 'of a person');
  const again = await startApp(t, { root });
  t.strictSame(filesIn(root).length, 2, 'the start removes what is left');
  t.strictSame(
    fs
      .readdirSync(root)
      .filter((name) => /^ops\.db\.re/.test(name))
      .sort(),
    ['ops.db.replaced-mine.partial', 'ops.db.restoring-mine'],
    'and nothing that a person has put there',
  );
  t.ok(readRevision(again.library) > revision, 'a plan for the replaced library is outdated');
  t.match((await again.page('/audit?event=server')).text, 'The replaced file is chl.db.replaced-');
  await again.close();

  const toCopy = await runHere(root, ['restore-library', copy, ...confirmed]);
  t.equal(toCopy.code, 0, toCopy.err);
  t.strictSame(idsIn(config.databasePath), []);
  const last = await startApp(t, { root });
  t.match(
    await last.run('import'),
    { status: 'succeeded', result: { can_undo: true } },
    'as from any library',
  );
});

t.test('kill -9 at any point leaves the old library whole, or the new one', async (t) => {
  const { root } = await makeKilled(t);
  const killed = path.join(packageRoot, 'dist/test/support/children/restores-until-killed.js');
  const seen: string[] = [];
  for (let call = 1; ; call++) {
    const copy = `${root}/${call}`;
    fs.mkdirSync(copy);
    for (const name of ['chl.db', 'chl.db-wal', 'backups'])
      fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
    const { signal, stderr } = spawnSync(process.execPath, [killed, String(call), ...words], {
      env: { PATH: process.env.PATH ?? '', CHL_EXPERIENCE_ROOT: copy },
      cwd: copy,
      encoding: 'utf8',
    });
    seen.push(idsIn(path.join(copy, 'chl.db')).join());
    const kept = filesIn(copy).filter((name) => name.includes('.replaced-'));
    for (const name of kept) t.strictSame(idsIn(path.join(copy, name)), ['NEW', 'OLD'], 'with its log');
    if (signal === 'SIGKILL') continue;
    t.equal(stderr, '');
    t.equal(kept.length, 1);
    break;
  }
  t.ok(seen.length > 4, `${seen.length} kills`);
  t.strictSame(
    seen.filter((ids) => ids !== 'NEW,OLD' && ids !== 'OLD,SET'),
    [],
  );
  t.strictSame([seen[0], seen.at(-1)], ['NEW,OLD', 'OLD,SET']);
});

t.test('a library that its disk cannot read is replaced, too', async (t) => {
  const { root, config } = await makeKilled(t);
  const place = Object.getPrototypeOf(connect(':memory:')) as Db;
  const { pragma } = place;
  t.teardown(() => Object.assign(place, { pragma }));
  place.pragma = function fail(this: Db, ...given: Parameters<typeof pragma>) {
    if (this.name !== config.databasePath) return pragma.apply(this, given);
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' });
  };
  const { code, err } = await runHere(root, words);
  t.equal(code, 0, err);
  place.pragma = pragma;
  t.equal(contentOf(config.databasePath), 'OLD,SET');
});

t.test('kill -9 at any change of names is settled by the next start', async (t) => {
  const child = path.join(packageRoot, 'dist/test/support/children/replaces-until-killed.js');
  for (const isDamaged of [false, true]) {
    const { root, config } = await makeKilled(t);
    fs.copyFileSync(setFile(config, id, 'library.db'), path.join(root, 'new.db'));
    fs.writeFileSync(path.join(root, 'audit.head'), 'old');
    // Its log is kept, because nobody can tell whether it fits.
    if (isDamaged) fs.writeFileSync(path.join(root, 'chl.db'), Buffer.alloc(8192, 0xee));
    const names = ['chl.db', 'chl.db-wal', 'new.db', 'audit.head'];
    const seen = new Set<string>();
    for (let call = 1; ; call++) {
      const copy = `${root}/${call}`;
      fs.mkdirSync(copy);
      for (const name of names) fs.copyFileSync(path.join(root, name), path.join(copy, name));
      const { signal, stderr } = spawnSync(process.execPath, [child, String(call), copy], {
        encoding: 'utf8',
      });
      settle(path.join(copy, 'chl.db'), [path.join(copy, 'audit.head')]);
      const beside = fs.readdirSync(copy).filter((name) => !/^(?:chl\.db(?:-wal|-shm)?|new\.db)$/.test(name));
      const state = beside.map((name) => name.replace(/\d{8}T\d{6}Z/, 'T')).join(' ');
      seen.add(`${state}: ${contentOf(path.join(copy, 'chl.db'))}`);
      if (state !== 'audit.head')
        t.equal(contentOf(path.join(copy, beside[0] ?? '')), isDamaged ? 'a log' : 'NEW,OLD');
      t.equal(fs.statSync(path.join(copy, 'chl.db')).nlink, 1, `${call}`);
      if (signal === 'SIGKILL') continue;
      t.equal(stderr, '');
      break;
    }
    const log = isDamaged ? ' chl.db.replaced-T-wal' : '';
    t.strictSame(
      [...seen],
      [`audit.head: ${isDamaged ? 'a log' : 'NEW,OLD'}`, `chl.db.replaced-T${log}: OLD,SET`],
    );
  }
});

/** The entries of a library, or the state of a damaged one. */
function contentOf(file: string): string {
  if (fs.readFileSync(file)[0] !== 0xee) return idsIn(file).join();
  return fs.existsSync(`${file}-wal`) && fs.statSync(`${file}-wal`).size > 0 ? 'a log' : 'no log';
}

t.test(
  'nothing changes while a process uses the library, or with a backup that cannot be used',
  async (t) => {
    const { root, config } = await makeKilled(t);
    const state = () => [filesIn(root), idsIn(config.databasePath)];
    const before = state();
    const held = openDatabase(config.databasePath, { busyMs: 1000 });
    t.match(await runHere(root, words), {
      code: 75,
      err: /^chl\.db is in use by another program\. End it, then/,
    });
    held.close();
    for (const [args, env] of [
      [['-c', 'exec 7<chl.db; read line'], {}],
      [['-c', 'read line'], { CHL_JOB: 'embedder-1.1', CHL_EXPERIENCE_ROOT: root }],
    ] as const) {
      const user = spawn('sh', [...args], { cwd: root, env, stdio: ['pipe', 'ignore', 'ignore'] });
      await once(user, 'spawn');
      t.match(await runHere(root, words), {
        code: 75,
        err: new RegExp(
          `^chl\\.db is in use by process ${user.pid} \\(sh\\)\\. End it, then run restore-library again`,
        ),
      });
      user.stdin?.end();
      await once(user, 'exit');
    }
    const file = setFile(config, id, 'library.db');
    const bytes = fs.readFileSync(file);
    bytes[9000] = (bytes[9000] ?? 0) ^ 1;
    fs.writeFileSync(file, bytes);
    const refused = await runHere(root, words);
    t.match(refused, {
      code: 65,
      err: /library\.db is not the file that its manifest describes.*Nothing was changed/,
    });
    t.strictSame(state(), before);
  },
);

t.test(
  'a new database whose log does not fit on the disk replaces nothing',
  { skip: !mayMount },
  async (t) => {
    const disk = mountDisk(t, '3m');
    const database = path.join(disk, 'chl.db');
    const old = openDatabase(database, { busyMs: 1000 });
    old.exec('CREATE TABLE one (text)');
    old.close();
    for (const left of [0, 65_536]) {
      const replacement = { root: disk, command: 'restore-library', now: new Date(), outdated: [] };
      const replaced = replaceDatabase(database, replacement, async ({ copy }) => {
        const db = openDatabase(copy, { busyMs: 1000 });
        db.exec('PRAGMA wal_autocheckpoint = 0; CREATE TABLE one (text); CREATE TABLE two (text)');
        db.prepare('INSERT INTO two VALUES (?)').run('x'.repeat(1_000_000));
        fillDisk(disk);
        fs.truncateSync(path.join(disk, 'filler'), fs.statSync(path.join(disk, 'filler')).size - left);
        db.close();
      });
      await t.rejects(replaced, { message: /^\S+chl\.db\.restoring / });
      fs.rmSync(path.join(disk, 'filler'));
      t.strictSame(fs.readdirSync(disk), ['chl.db']);
      const now = openDatabase(database, { busyMs: 1000 });
      t.strictSame(now.prepare('SELECT name FROM sqlite_master').pluck().all(), ['one']);
      now.close();
    }
  },
);
