// Statements for the result of a job in chl.db: recorded in the transaction of the work itself, read by recovery.
import type { Db } from '../core/db/open.ts';

export type AttemptKey = { id: string; attempt: number };
type Result = Record<string, unknown>;
export type Applied = { job: AttemptKey; result: Result; at: string };

/** Runs inside the transaction of the work. `at`: ISO 8601 UTC. */
export function recordApplied(library: Db, { job, result, at }: Applied) {
  library
    .prepare(
      `INSERT INTO ops_applied (job_id, attempt, revision, result, applied_at)
        SELECT ?, ?, revision, ?, ? FROM ops_library_state WHERE id = 1`,
    )
    .run(job.id, job.attempt, JSON.stringify(result), at);
  library.prepare('UPDATE ops_library_state SET writer = ? WHERE id = 1').run(`${job.id}.${job.attempt}`);
}

/** Commits a change without effect: it skips a fence number. A writer killed during its commit may leave complete WAL frames
 *  that reappear when the file is next recovered; this commit overwrites them. */
export function overwriteOrphanedFrames(library: Db) {
  library.prepare('UPDATE ops_library_state SET fence = fence + 1 WHERE id = 1').run();
}

/** Returns the result that this attempt recorded, or null. */
export function readApplied(library: Db, job: AttemptKey): Result | null {
  const text = library
    .prepare('SELECT result FROM ops_applied WHERE job_id = ? AND attempt = ?')
    .pluck()
    .get(job.id, job.attempt) as string | undefined;
  return text ? JSON.parse(text) : null;
}
