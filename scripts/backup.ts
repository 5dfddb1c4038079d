// The operation `backup`: makes a set, then removes those that the limits no longer keep.
import { createBackupRepository } from '../src/backup-store/backup-repository.ts';
import { asFilesSay, findDefect } from '../src/backup-store/as-files-say.ts';
import type { WrittenSet } from '../src/backup-store/set-draft.ts';
import { removeBackup } from '../src/backup-store/unfinished.ts';
import { createBackupJobs } from '../src/backup-store/backup-jobs-repository.ts';
import { type BackupArguments, backupOperation } from '../src/backups/backup-operation.ts';
import { findExpired } from '../src/backups/retention.ts';
import { assertRoom } from '../src/backups/room.ts';
import { writeSet } from '../src/backups/write-set.ts';
import type { Config } from '../src/core/config.ts';
import { type Db, openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { formatBytes, plural } from '../src/core/format.ts';
import type { ScriptContext } from '../src/jobs/script.ts';
import { runOperation } from './run-operation.ts';

await runOperation<BackupArguments>(backupOperation, async (args, context) => {
  const { config, job, progress } = context;
  assertRoom(config);
  const ops = openDatabase(config.opsDatabasePath, { busyMs: scriptBusyMs, readonly: true });
  try {
    const request = {
      job: createBackupJobs(ops).numberOf(job.id),
      note: args.note ?? null,
      includeIndex: args.include_index,
      now: new Date(),
    };
    const made = await writeSet(config, request, (share, phase) =>
      progress(Math.floor(share * 100), 100, phase),
    );
    console.log(`Made ${made.backup}: ${plural(made.files, 'file')}, ${formatBytes(made.bytes)}.`);
    return { ...made, removed: await removeExpired(config, ops, made, progress) };
  } finally {
    ops.close();
  }
});

/** A set is there even when an old one cannot be removed. One that is damaged is left for a person to look at. */
async function removeExpired(config: Config, ops: Db, made: WrittenSet, progress: ScriptContext['progress']) {
  progress(0, undefined, 'tidy');
  // The server may have seen the new set already.
  const rows = createBackupRepository(ops)
    .all()
    .filter(({ id }) => id !== made.backup);
  const { there } = await asFilesSay(config, rows, new Date());
  const known: typeof there = [];
  for (const one of there) if ((await findDefect(config, one)) === null) known.push(one);
  const { isInUse } = createBackupJobs(ops);
  const newest = { id: made.backup, at: made.made_at, kind: 'full', bytes: made.bytes } as const;
  const all = [...known, { ...newest, proof: 'none', is_kept: false } as const];
  const removed: string[] = [];
  for (const id of findExpired(all, config, made.made_at)) {
    if (isInUse(id)) continue;
    try {
      if (!(await removeBackup(config, id))) continue;
      removed.push(id);
      console.log(`Removed ${id}, which the limits no longer keep.`);
    } catch (error) {
      console.log(`${id} could not be removed: ${(error as Error).message}.`);
    }
  }
  return removed;
}
