// The operation `undo`: puts back what an import or a removal has changed, from the backup that was made before it.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { badInput } from '../src/core/errors.ts';
import { createJobRepository } from '../src/jobs/repository.ts';
import type { ScriptContext } from '../src/jobs/script.ts';
import { backupFile } from '../src/sheets/backup.ts';
import { undoLibrary } from '../src/undo/undo-library.ts';
import { type UndoArguments, undoOperation } from '../src/undo/undo-operation.ts';
import { findObstacle } from '../src/undo/undo-repository.ts';
import { undoability } from '../src/undo/undoability.ts';
import { runOperation } from './run-operation.ts';

await runOperation<UndoArguments>(undoOperation, async (args, context) => {
  const file = findBackup(args, context);
  const db = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await undoLibrary(args, db, file, context);
  } finally {
    db.close();
  }
});

/** Judges the job again: the backup may have been removed since the request. */
function findBackup({ job: number }: UndoArguments, { config }: ScriptContext): string {
  const ops = openDatabase(config.opsDatabasePath, { busyMs: scriptBusyMs, readonly: true });
  try {
    const jobs = createJobRepository(ops, () => new Date());
    const job = jobs.find(String(number));
    if (!job) throw badInput('cannot_undo', `There is no job #${number} any more; nothing was written.`);
    const found = undoability(job, jobs, config);
    if (!('backup' in found)) throw badInput('cannot_undo', found.why);
    const file = backupFile(config, found.backup);
    const obstacle = findObstacle(file, job.id);
    if (obstacle === null) return file;
    throw badInput(
      'cannot_undo',
      `#${number} cannot be undone: its backup ${found.backup} ${obstacle}. Nothing was written.`,
    );
  } finally {
    ops.close();
  }
}
