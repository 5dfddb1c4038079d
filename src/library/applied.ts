// The statements about what a job did to chl.db: recorded in the transaction that did it, and read by recovery.
import type { Db } from '../core/db/open.ts';

export type Applied = { job: { id: string; attempt: number }; result: Record<string, unknown>; at: string };

/** `at` is ISO 8601. Call it inside the transaction of the work itself. */
export function recordApplied(library: Db, { job, result, at }: Applied) {
  library
    .prepare(
      `INSERT INTO ops_applied (job_id, attempt, revision, result, applied_at)
        SELECT ?, ?, revision, ?, ? FROM ops_library_state WHERE id = 1`,
    )
    .run(job.id, job.attempt, JSON.stringify(result), at);
  library.prepare('UPDATE ops_library_state SET writer = ? WHERE id = 1').run(`${job.id}.${job.attempt}`);
}

/** Commits to the file what means nothing: a fence that nobody holds is passed over. A writer that is killed in the middle of its commit may leave it whole in the log of
 *  the file yet unseen, to come to light when the file is next recovered; what is committed here stands in its place. */
export function overwriteUnseen(library: Db) {
  library.prepare('UPDATE ops_library_state SET fence = fence + 1 WHERE id = 1').run();
}

/** The result that this attempt recorded, or null. */
export function readApplied(
  library: Db,
  job: { id: string; attempt: number },
): Record<string, unknown> | null {
  const text = library
    .prepare('SELECT result FROM ops_applied WHERE job_id = ? AND attempt = ?')
    .pluck()
    .get(job.id, job.attempt) as string | undefined;
  return text ? JSON.parse(text) : null;
}
