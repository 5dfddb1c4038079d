import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { openDatabase, withoutSync } from '../../../src/core/db/open.ts';
import { createWalSync } from '../../../src/core/db/wal-sync.ts';
import { makeFolder } from '../../support/folder.ts';

const full = 2;

t.test('an unsynced commit is visible at once, and the next commit is synced again', async (t) => {
  const file = path.join(makeFolder(t), 'x.db');
  const [writer, reader] = [openDatabase(file, { busyMs: 0 }), openDatabase(file, { busyMs: 0 })];
  t.teardown(() => [writer, reader].map((db) => db.close()));
  const level = () => writer.pragma('synchronous', { simple: true });
  writer.exec('CREATE TABLE note (text)');
  const during = withoutSync(writer, () => {
    writer.exec(`INSERT INTO note VALUES ('a')`);
    return level();
  });
  t.equal(during, 1);
  t.equal(level(), full);
  t.equal(reader.prepare('SELECT count(*) FROM note').pluck().get(), 1);
  t.throws(() =>
    withoutSync(writer, () => {
      throw new Error('it went wrong');
    }),
  );
  t.equal(level(), full, 'also after an error');
});

t.test('calls during a sync share the next one', async (t) => {
  const db = openDatabase(path.join(makeFolder(t), 'x.db'), { busyMs: 0 });
  t.teardown(() => db.close());
  db.exec('CREATE TABLE note (text)');
  const sync = createWalSync(db);
  const [first, second, third] = [sync(), sync(), sync()];
  t.not(first, second);
  t.equal(second, third);
  await Promise.all([first, second, third]);
  await sync();
});

t.test('an error of the disk reaches every waiting call, and the next call tries again', async (t) => {
  const folder = makeFolder(t);
  const file = path.join(folder, 'x.db');
  const db = openDatabase(file, { busyMs: 0 });
  t.teardown(() => db.close());
  db.exec('CREATE TABLE note (text)');
  const sync = createWalSync(db);
  fs.renameSync(`${file}-wal`, `${file}-away`);
  await Promise.all([t.rejects(sync(), { code: 'ENOENT' }), t.rejects(sync(), { code: 'ENOENT' })]);
  fs.renameSync(`${file}-away`, `${file}-wal`);
  await sync();
});
