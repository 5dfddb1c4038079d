// A library that cannot be opened: the start ends with one sentence that names the file, what is not affected, and the way back.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { fillDisk, makeReadOnly, mayMount, mountDisk } from '../support/mounts.ts';
import { mainFile, serverEnvironment } from '../support/server.ts';
import { makeFolder } from '../support/folder.ts';

const kinds: Record<string, { mounts?: true; breakIt(t: Test, file: string): unknown; sentence: RegExp }> = {
  'on a full disk': {
    mounts: true,
    breakIt: (_t, file) => fillDisk(path.dirname(file)),
    sentence:
      /chl\.db cannot be written: its disk is full\. The jobs and settings in ops\.db are not affected\. Free some space, then try again\.\n$/,
  },
  'on a disk that can only be read': {
    mounts: true,
    breakIt: (t, file) => makeReadOnly(t, path.dirname(file)),
    sentence:
      /chl\.db cannot be written: its disk can only be read\. The jobs and settings .* make the disk writable, then try again\.\n$/,
  },
  'that another program holds': {
    breakIt(t, file) {
      const db = openDatabase(file, { busyMs: 1000 });
      t.teardown(() => db.close());
      db.pragma('locking_mode = EXCLUSIVE');
      db.exec('BEGIN EXCLUSIVE');
    },
    sentence:
      /chl\.db is locked by another program or a job\. The jobs and settings in ops\.db are not affected\. Nothing was changed\. .*try again.*\.\n$/,
  },
};

for (const [name, { mounts, breakIt, sentence }] of Object.entries(kinds)) {
  const skip = mounts === true && !mayMount && 'needs the right to mount';
  t.test(`the start says in one sentence that a library ${name} cannot be used`, { skip }, (t) => {
    const root = makeFolder(t);
    const file = path.join(mounts ? mountDisk(t, '2m') : root, 'chl.db');
    prepareLibrary(file).library.close();
    breakIt(t, file);
    // Reading the locked file here would drop the lock.
    const before = mounts ? fs.readFileSync(file) : null;
    const env = serverEnvironment(root, { CHL_DATABASE_PATH: file });
    const { stderr, status } = spawnSync(process.execPath, [mainFile], { cwd: root, env, encoding: 'utf8' });
    t.match(stderr, sentence);
    t.match(stderr, /^CHL Operations cannot start\. [^\n]+\n$/, 'one line');
    t.equal(status, 1);
    if (before) t.ok(before.equals(fs.readFileSync(file)), 'the file is not changed');
    t.end();
  });
}
