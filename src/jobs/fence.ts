// The statement by which a script makes sure, right before it commits, that its attempt is still the one that may write.
import { openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';

/** Throws unless ops.db says that this attempt of the job is running. */
export function assertRunning(opsDatabasePath: string, job: { id: string; attempt: number }) {
  const ops = openDatabase(opsDatabasePath, { busyMs: scriptBusyMs, readonly: true });
  try {
    const isCurrent = ops
      .prepare(`SELECT 1 FROM job WHERE id = ? AND attempt = ? AND status = 'running'`)
      .get(job.id, job.attempt);
    if (isCurrent) return;
  } finally {
    ops.close();
  }
  throw new AppError('internal', 'This attempt is no longer the one that may write; nothing was written.');
}
