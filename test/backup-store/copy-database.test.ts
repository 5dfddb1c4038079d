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
import { makeFolder } from '../support/folder.ts';

const rows = 16;
const textLength = 200_000;
const rounds = 8;
const busyMs = 50;

function makeLarge(t: Scope) {
  const root = makeRoot(t);
  const text = 'x'.repeat(textLength);
  for (let at = 0; at < rows; at += 1)
    root.db.prepare('INSERT INTO categories VALUES (?, ?, ?, ?)').run(`C${at}`, `Name ${at}`, text, '');
  return { ...root, file: path.join(root.config.root, 'copy.db') };
}

t.test('a copy is a whole database without a log, which only its owner can read', async (t) => {
  const { config, file } = makeLarge(t);
  const shares: number[] = [];
  await copyDatabase(config.databasePath, file, { busyMs, onCopied: (share) => shares.push(share) });
  t.ok(shares.length > 2);
  t.ok(shares.every((share) => share >= 0 && share < 1));
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
  const folder = path.dirname(file);
  const before = fs.readdirSync(folder).sort();
  const copy = openDatabase(file, { busyMs: 0, readonly: true });
  t.equal(copy.pragma('journal_mode', { simple: true }), 'delete');
  t.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
  t.equal(copy.prepare('SELECT count(*) FROM categories').pluck().get(), rows);
  t.strictSame(fs.readdirSync(folder).sort(), before, 'reading it writes nothing');
  copy.close();
});

t.test('copies beside a busy writer are whole, and each shows one moment', { timeout: 30_000 }, async (t) => {
  const { file, config } = makeLarge(t);
  const writer = spawn(process.execPath, ['--input-type=module', '-e', transfers(config.databasePath)]);
  t.teardown(() => writer.kill('SIGKILL'));
  await once(writer.stdout, 'data');
  const seen = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    await copyDatabase(config.databasePath, file, { busyMs });
    const copy = connect(file);
    t.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
    const lengths = copy.prepare('SELECT length(description) FROM categories').pluck().all() as number[];
    t.equal(
      lengths.reduce((sum, one) => sum + one, 0),
      rows * textLength,
    );
    seen.add(lengths.join());
    copy.close();
    fs.rmSync(file);
  }
  t.ok(seen.size > rounds / 2, 'the writer went on meanwhile');
});

t.test('a log that begins anew while it is copied is copied again', async (t) => {
  const { db, file, config } = makeLarge(t);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.pragma('wal_autocheckpoint = 0');
  const fill = (letter: string) =>
    db.prepare('UPDATE categories SET description = ?').run(letter.repeat(textLength));
  fill('a');
  fill('b');
  db.pragma('wal_checkpoint(PASSIVE)');
  let isFilled = false;
  await copyDatabase(config.databasePath, file, {
    busyMs,
    onCopied() {
      if (isFilled || !hasBegunLog(file)) return;
      fill('c');
      isFilled = true;
    },
  });
  const copy = connect(file);
  t.strictSame(copy.prepare('SELECT DISTINCT substr(description, 1, 1) FROM categories').pluck().all(), [
    'c',
  ]);
  t.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
  copy.close();
});

const hasBegunLog = (file: string) => fs.existsSync(`${file}-wal`) && fs.statSync(`${file}-wal`).size > 0;

t.test('a copy leaves the locks of its process as they are', async (t) => {
  const [read, file] = ['read.db', 'copy.db'].map((name) => path.join(makeFolder(t), name)) as [
    string,
    string,
  ];
  const db = connect(read);
  t.teardown(() => db.close());
  db.exec('CREATE TABLE one (id); BEGIN; SELECT id FROM one');
  await copyDatabase(read, file, { busyMs });
  const program = `${connects(read)}
    db.pragma('busy_timeout = 0');
    try {
      db.exec('BEGIN EXCLUSIVE');
      console.log('unlocked');
    } catch (error) {
      console.log(error.code);
    }
  `;
  const other = spawn(process.execPath, ['--input-type=module', '-e', program]);
  const [said] = (await once(other.stdout, 'data')) as [Buffer];
  t.equal(`${said}`.trim(), 'SQLITE_BUSY');
});

t.test('a copy of a database that another program holds ends with an error about that file', async (t) => {
  const locked = path.join(makeFolder(t), 'locked.db');
  const file = path.join(path.dirname(locked), 'copy.db');
  const other = connect(locked);
  t.teardown(() => other.close());
  other.exec('CREATE TABLE one (id)');
  other.exec('BEGIN EXCLUSIVE');
  await t.rejects(copyDatabase(locked, file, { busyMs }), { code: 'SQLITE_BUSY', file: locked });
  t.notOk(fs.existsSync(file));
  other.exec('COMMIT');
  await copyDatabase(locked, file, { busyMs });
  t.ok(fs.existsSync(file));
});

t.test('a copy whose folder is missing leaves nothing, and no other file is replaced', async (t) => {
  const { file, config } = makeLarge(t);
  const missing = path.join(file, 'none.db');
  await t.rejects(copyDatabase(config.databasePath, missing, { busyMs }), { code: 'ENOENT' });
  fs.writeFileSync(file, 'of a person');
  await t.rejects(copyDatabase(config.databasePath, file, { busyMs }));
  t.equal(fs.readFileSync(file, 'utf8'), 'of a person');
});

/** The program of a process that moves text from one row to the next until it is killed, and begins its log anew all the time. */
function transfers(file: string): string {
  return `
    ${connects(file)}
    db.pragma('synchronous = OFF');
    db.pragma('wal_autocheckpoint = 300');
    const length = db.prepare('SELECT length(description) FROM categories WHERE code = ?').pluck();
    const set = db.prepare('UPDATE categories SET description = ? WHERE code = ?');
    const move = db.transaction((from, to, size) => {
      set.run('x'.repeat(length.get(to) + size), to);
      set.run('x'.repeat(length.get(from) - size), from);
    });
    let round = 0;
    setInterval(() => {
      round += 1;
      move.immediate('C' + (round % ${rows}), 'C' + ((round + 1) % ${rows}), 1 + (round % 1000));
    }, 1);
    console.log('ready');
  `;
}

function connects(file: string): string {
  const driver = path.join(packageRoot, 'dist/src/core/db/driver.js');
  return `
    const { connect } = await import(${JSON.stringify(driver)});
    const db = connect(${JSON.stringify(file)}, { timeout: 5000 });
  `;
}
