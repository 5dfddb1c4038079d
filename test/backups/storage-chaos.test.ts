// The short form of the storage's part of `npm run chaos`: the same code, few cycles, a fixed seed.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { runStorageChaos } from '../../scripts/chaos/storage.ts';
import { findLeftovers } from '../../scripts/chaos/storage-state.ts';
import { startApp } from '../support/app.ts';
import { makeSet } from '../support/sets.ts';
import { makeFolder } from '../support/folder.ts';

t.test(
  'after kill -9 in a backup, a test, a restore or a vacuum, nothing is half or left behind',
  async (t) => {
    const root = path.join(makeFolder(t), 'root');
    const report = await runStorageChaos({ root, seed: 3, cycles: 2 });
    t.same(report.problems, []);
    t.equal(report.cycles, 2);
  },
);

t.test('it names what is half or left behind', async (t) => {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  const set = await makeSet(app.config);
  app.parts.backups.add(set);
  t.same(await findLeftovers(app.config), []);
  const { backupPath } = app.config;
  fs.mkdirSync(path.join(backupPath, '.20261102T020000Z-9.partial'));
  fs.cpSync(path.join(backupPath, set.id), path.join(backupPath, '20261103T020000Z-9'), { recursive: true });
  fs.mkdirSync(path.join(app.root, 'tmp/.drill-1.partial'), { recursive: true });
  fs.truncateSync(path.join(backupPath, set.id, 'ops.db'), 10);
  t.match(await findLeftovers(app.config), [
    /^\.20261102T020000Z-9\.partial is left in the folder of backups$/,
    /^tmp\/\.drill-1\.partial is left$/,
    /^the server does not know the set 20261103T020000Z-9$/,
    /^the set 20261101T020000Z-7: ops\.db has 10 bytes instead of/,
  ]);
});
