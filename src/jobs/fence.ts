// Checks, right before a script commits, that its attempt is still the running one.
import { openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';

/** Throws `internal` unless ops.db says that this attempt of the job is running. */
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
  throw new AppError(
    'internal',
    'This attempt of the job is no longer the running one; nothing was written.',
  );
}
