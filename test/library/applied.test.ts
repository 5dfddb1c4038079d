import fs from 'node:fs';
import t from 'tap';
import { prepareLibrary } from '../../src/core/db/library.ts';
import type { Db } from '../../src/core/db/open.ts';
import { overwriteOrphanedFrames, readApplied } from '../../src/library/applied.ts';
import { makeIndexed } from '../support/snapshots.ts';
import { addRunningJob } from '../support/script.ts';
import { hasStrace, killAtCall } from '../support/strace.ts';
import { makeFolder } from '../support/folder.ts';

const skip = hasStrace ? false : 'strace is not installed, or may not trace';
const maxSyncs = 20;
const args = { target: 'review', dry_run: false };

/** Kills an export at each of its syncs in turn, until a complete commit is in the WAL but not visible. */
async function leaveUnseen(root: string, settle: (library: Db) => void): Promise<boolean> {
  const { config } = await makeIndexed(root);
  for (let call = 1; call <= maxSyncs; call++) {
    const { library } = prepareLibrary(config.databasePath);
    const jobId = addRunningJob(config, 'export');
    const isKilled = await killAtCall(config, { name: 'export', args, jobId }, 'fdatasync,fsync', call);
    const before = readApplied(library, { id: jobId, attempt: 1 });
    if (isKilled && before === null) settle(library);
    // A killed server leaves no checkpoint, and the WAL index disappears with the last process.
    for (const ending of ['', '-wal'])
      fs.copyFileSync(config.databasePath + ending, `${root}/copy.db${ending}`);
    library.close();
    const copy = prepareLibrary(`${root}/copy.db`).library;
    const after = readApplied(copy, { id: jobId, attempt: 1 });
    copy.close();
    for (const ending of ['', '-wal', '-shm']) fs.rmSync(`${root}/copy.db${ending}`, { force: true });
    if (!isKilled) return false;
    if (before === null && after !== null) return true;
  }
  throw new Error(`more than ${maxSyncs} syncs`);
}

t.test('the commit of a killed writer reappears when the file is recovered', { skip }, async (t) => {
  t.ok(await leaveUnseen(makeFolder(t), () => {}));
});

t.test('a later commit overwrites it', { skip }, async (t) => {
  t.notOk(await leaveUnseen(makeFolder(t), overwriteOrphanedFrames));
});
