// The operation `drill`; its work is src/backups/drill.ts.
import { asFilesSay } from '../src/backup-store/as-files-say.ts';
import { createBackupRepository } from '../src/backup-store/backup-repository.ts';
import { setFolder } from '../src/backup-store/set-files.ts';
import { removeWorkFolder, workFolder } from '../src/backup-store/unfinished.ts';
import { drillBackup } from '../src/backups/drill.ts';
import { chooseBackup, toResult } from '../src/backups/drill-choice.ts';
import { type DrillArguments, drillOperation } from '../src/backups/drill-operation.ts';
import { inMebibytes } from '../src/backups/drill-progress.ts';
import type { Config } from '../src/core/config.ts';
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { runOperation } from './run-operation.ts';

await runOperation<DrillArguments>(drillOperation, async ({ backup: id }, { config, job, progress }) => {
  const startedAt = performance.now();
  const { backup, proven } = await readBackups(config, id);
  const place = setFolder(config, backup.id);
  const folder = workFolder(config, 'drill', job.id);
  removeWorkFolder(folder);
  const verdict = await drillBackup({
    backup,
    place,
    folder,
    reserveBytes: config.diskReserveBytes,
    onProgress: inMebibytes(progress),
  });
  const ms = Math.round(performance.now() - startedAt);
  return toResult({ backup, proven, verdict, place, ms });
});

/** Reads the files as they are now: only a backup that is there is offered when the test fails. */
async function readBackups(config: Config, id: string | undefined) {
  const ops = openDatabase(config.opsDatabasePath, { busyMs: scriptBusyMs, readonly: true });
  try {
    const now = new Date();
    const { there } = await asFilesSay(config, createBackupRepository(ops).all(), now);
    return chooseBackup(there, now, id);
  } finally {
    ops.close();
  }
}
