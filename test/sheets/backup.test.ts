import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { backupLibrary, removeBackup } from '../../src/sheets/backup.ts';
import { makeRoot } from '../support/library.ts';
import { unfollowed } from '../support/plan.ts';

const now = '2026-11-22T10:00:00.123Z';

t.test('a backup is a whole library that only its owner can read', async (t) => {
  const { config, db } = makeRoot(t);
  db.exec(`INSERT INTO categories VALUES ('GIT', 'Git', NULL, '')`);
  const name = await backupLibrary(db, config, '6f9619ff-8b86-d011-b42d-00c04fc964ff', now, unfollowed);
  t.equal(name, 'library-20261122T100000.123Z-6f9619ff.db');
  const file = path.join(config.root, 'backups', name);
  t.equal(fs.statSync(file).mode & 0o777, 0o600);
  t.strictSame(fs.readdirSync(path.dirname(file)), [name], 'and nothing is left beside it');
  const backup = openDatabase(file, { busyMs: 0 });
  t.equal(backup.pragma('integrity_check', { simple: true }), 'ok');
  t.strictSame(backup.prepare('SELECT code FROM categories').pluck().all(), ['GIT']);
  backup.close();
  removeBackup(config, name);
  t.notOk(fs.existsSync(file));
});

t.test('a library can be written while it is copied, and the copied share grows', async (t) => {
  const { config, db } = makeRoot(t);
  db.exec(`INSERT INTO categories VALUES ('GIT', 'Git', '${'x'.repeat(8_000_000)}', '')`);
  const other = openDatabase(config.databasePath, { busyMs: 0 });
  t.teardown(() => other.close());
  const parts: number[] = [];
  const name = await backupLibrary(db, config, 'job', now, (part) => {
    if (parts.length === 0) other.exec(`INSERT INTO categories VALUES ('SQL', 'Databases', NULL, '')`);
    parts.push(part);
  });
  t.ok(parts.length > 1);
  t.ok(parts.every((part) => part >= 0 && part < 1));
  const backup = openDatabase(path.join(config.root, 'backups', name), { busyMs: 0 });
  t.strictSame(backup.prepare('SELECT code FROM categories').pluck().all(), ['GIT', 'SQL']);
  backup.close();
});

t.test('a backup removes what a killed one left behind', async (t) => {
  const { config, db } = makeRoot(t);
  const folder = path.join(config.root, 'backups');
  fs.mkdirSync(folder);
  for (const name of ['a.db.partial', 'a.db.partial-journal', 'b.db'])
    fs.writeFileSync(path.join(folder, name), '');
  const name = await backupLibrary(db, config, '', now, unfollowed);
  t.strictSame(fs.readdirSync(folder), ['b.db', name]);
  t.equal(name, 'library-20261122T100000.123Z-by-hand.db');
});
