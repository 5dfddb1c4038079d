import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { copyDatabase } from '../../src/backup-store/copy-database.ts';
import { connect } from '../../src/core/db/driver.ts';
import { packageRoot } from '../../src/core/config.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { makeRoot, type Scope } from '../support/library.ts';
import '../support/plain-children.ts';

const megabytes = 16;

function makeLarge(t: Scope) {
  const root = makeRoot(t);
  const text = 'x'.repeat(1_000_000);
  for (let at = 0; at < megabytes; at += 1)
    root.db.prepare('INSERT INTO categories VALUES (?, ?, ?, ?)').run(`C${at}`, `Name ${at}`, text, '');
  return { ...root, file: path.join(root.config.root, 'copy.db') };
}

t.test('a copy is a whole database without a log, which only its owner can read', async (t) => {
  const { db, file } = makeLarge(t);
  const shares: number[] = [];
  await copyDatabase(db, file, { onCopied: (share) => shares.push(share) });
  t.ok(shares.length > 2);
  t.ok(shares.every((share) => share >= 0 && share < 1));
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
  const folder = path.dirname(file);
  const before = fs.readdirSync(folder).sort();
  const copy = openDatabase(file, { busyMs: 0, readonly: true });
  t.equal(copy.pragma('journal_mode', { simple: true }), 'delete');
  t.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
  t.equal(copy.prepare('SELECT count(*) FROM categories').pluck().get(), megabytes);
  t.strictSame(fs.readdirSync(folder).sort(), before, 'reading it writes nothing');
  copy.close();
});

t.test('a copy ends while another process writes every 5 ms', { timeout: 20_000 }, async (t) => {
  const { db, file, config } = makeLarge(t);
  const writer = spawn(process.execPath, ['--input-type=module', '-e', writes(config.databasePath)]);
  t.teardown(() => writer.kill('SIGKILL'));
  await once(writer.stdout, 'data');
  let [steps, restarts, before] = [0, 0, -1];
  await copyDatabase(db, file, {
    onCopied(share) {
      steps += 1;
      if (share <= before) restarts += 1;
      before = share;
    },
  });
  t.equal(restarts, 2, 'the third attempt copied the rest in one step');
  t.ok(steps < 2 * megabytes);
  const copy = connect(file);
  t.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
  t.equal(copy.prepare('SELECT count(*) FROM categories').pluck().get(), megabytes);
  copy.close();
});

t.test('a copy of a database that another program holds ends with an error about that file', async (t) => {
  const locked = path.join(t.testdir(), 'locked.db');
  const file = path.join(path.dirname(locked), 'copy.db');
  const [db, other] = [connect(locked, { timeout: 50 }), connect(locked)];
  t.teardown(() => [db, other].map((one) => one.close()));
  db.exec('CREATE TABLE one (id)');
  other.exec('BEGIN EXCLUSIVE');
  await t.rejects(copyDatabase(db, file), { code: 'SQLITE_BUSY', file: locked });
  t.notOk(fs.existsSync(file));
  other.exec('COMMIT');
  await copyDatabase(db, file);
  t.ok(fs.existsSync(file));
});

t.test('a copy that is stopped, or whose folder is missing, leaves nothing', async (t) => {
  const { db, file } = makeLarge(t);
  let share = 0;
  const stopped = copyDatabase(db, file, {
    isStopped: () => share > 0.2,
    onCopied(now) {
      share = now;
    },
  });
  await t.rejects(stopped, { code: 'stopping' });
  t.notOk(fs.existsSync(file));
  await t.rejects(copyDatabase(db, path.join(file, 'none.db')), { code: 'ENOENT' });
  fs.writeFileSync(file, 'of a person');
  await t.rejects(copyDatabase(db, file));
  t.equal(fs.readFileSync(file, 'utf8'), 'of a person', 'and no other file is replaced');
});

/** The program of a process that adds a row every 5 ms until it is killed. */
function writes(file: string): string {
  const driver = path.join(packageRoot, 'dist/src/core/db/driver.js');
  return `
    const { connect } = await import(${JSON.stringify(driver)});
    const db = connect(${JSON.stringify(file)}, { timeout: 5000 });
    const add = db.prepare("UPDATE categories SET name = name || 'x' WHERE code = 'C1'");
    setInterval(() => add.run(), 5);
    console.log('ready');
  `;
}
