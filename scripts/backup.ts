// The operation `backup`: makes a set, then removes those that the limits no longer keep.
import { createBackupJobs } from '../src/backup-store/backup-jobs-repository.ts';
import type { WrittenSet } from '../src/backup-store/set-draft.ts';
import { type BackupArguments, backupOperation } from '../src/backups/backup-operation.ts';
import { removeExpired } from '../src/backups/remove-expired.ts';
import { assertRoom } from '../src/backups/room.ts';
import { writeSet } from '../src/backups/write-set.ts';
import { createAudit } from '../src/core/audit.ts';
import { createBus } from '../src/core/bus.ts';
import type { Config } from '../src/core/config.ts';
import { type Db, openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { formatBytes, plural } from '../src/core/format.ts';
import { createRedactor } from '../src/core/redaction.ts';
import { runOperation } from './run-operation.ts';

await runOperation<BackupArguments>(backupOperation, async (args, context) => {
  const { config, job, progress } = context;
  assertRoom(config);
  const ops = openDatabase(config.opsDatabasePath, { busyMs: scriptBusyMs });
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
    return { ...made, removed: await tidy(config, ops, made) };
  } finally {
    ops.close();
  }
});

async function tidy(config: Config, ops: Db, made: WrittenSet): Promise<string[]> {
  const now = () => new Date();
  const audit = createAudit(ops, now, createRedactor(config), createBus(), () => {});
  try {
    return await removeExpired({ audit, config, now, ops }, made, console.log);
  } finally {
    audit.close();
  }
}
