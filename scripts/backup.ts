// The operation `backup`: makes a set, then removes those that the limits no longer keep.
import { createBackupJobs } from '../src/backup-store/backup-jobs-repository.ts';
import { type BackupArguments, backupOperation } from '../src/backups/backup-operation.ts';
import { removeExpired } from '../src/backups/remove-expired.ts';
import { assertRoom } from '../src/backups/room.ts';
import { writeSet } from '../src/backups/write-set.ts';
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { formatBytes, plural } from '../src/core/format.ts';
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
    progress(0, undefined, 'tidy');
    return { ...made, removed: await removeExpired(config, ops, made, console.log) };
  } finally {
    ops.close();
  }
});
