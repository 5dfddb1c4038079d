import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { createDiskReserve, isDiskFull, readFreeBytes } from '../../src/core/disk-reserve.ts';
import { makeFolder } from '../support/folder.ts';

const mib = 1024 * 1024;

t.test('below the reserve new jobs are refused, and accepted again when space is free', async (t) => {
  let free = 64 * mib;
  const { assertRoom } = createDiskReserve({ root: makeFolder(t), diskReserveBytes: 64 * mib }, () => free);
  assertRoom();
  free -= 1;
  t.throws(assertRoom, {
    code: 'disk_full',
    message: /^The disk of the data folder has 64\.0 MiB left; a new job needs 64\.0 MiB\. Free some space/,
    details: { free_bytes: free, reserve_bytes: 64 * mib },
  });
  free = 100 * mib;
  assertRoom();
});

t.test(
  'a ballast of one mebibyte is written while space is free, deleted once, and written again',
  async (t) => {
    const root = makeFolder(t);
    let free = 100 * mib;
    const { assertRoom, release } = createDiskReserve({ root: root, diskReserveBytes: 64 * mib }, () => free);
    const ballast = path.join(root, 'ballast');
    assertRoom();
    t.equal(fs.statSync(ballast).size, mib);
    t.ok(fs.statSync(ballast).blocks * 512 >= mib, 'in real blocks');
    t.equal(release(), true);
    t.equal(release(), false);
    free = 0;
    t.throws(assertRoom);
    t.notOk(fs.existsSync(ballast), 'it is not written while the disk is full');
    free = 100 * mib;
    assertRoom();
    t.ok(fs.existsSync(ballast));
  },
);

t.test('the free space of the real disk is read', async (t) => {
  const folder = makeFolder(t);
  const { bavail, bsize } = fs.statfsSync(folder);
  const { assertRoom } = createDiskReserve({ root: folder, diskReserveBytes: 64 * mib }, () =>
    readFreeBytes(folder),
  );
  if (bavail * bsize < 128 * mib) t.throws(assertRoom, { code: 'disk_full' });
  else t.doesNotThrow(assertRoom);
});

t.test('a full disk is recognised by the error codes of SQLite and of the file system', async (t) => {
  for (const code of ['SQLITE_FULL', 'ENOSPC', 'EDQUOT']) t.equal(isDiskFull({ code }), true, code);
  for (const error of [{ code: 'EIO' }, new Error('full'), { code: 7 }]) t.equal(isDiskFull(error), false);
});

t.test('work that fails on a full disk is repeated after the ballast is deleted', async (t) => {
  const { assertRoom, withRoom } = createDiskReserve(
    { root: makeFolder(t), diskReserveBytes: 64 * mib },
    () => 100 * mib,
  );
  assertRoom();
  let tries = 0;
  const work = () => {
    tries += 1;
    if (tries === 1) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    return 'done';
  };
  t.equal(withRoom(work), 'done');
  tries = 0;
  t.throws(() => withRoom(work), { code: 'SQLITE_FULL' }, 'the ballast is gone');
  t.throws(() => withRoom(() => JSON.parse('{')), SyntaxError);
});
