// The last ended runs of each operation in ops.db. Each statement reads a few rows by an index, however long the history is.
import { type Db, prepareAll } from '../core/db/open.ts';
import { didRealWork, type LastRun } from '../jobs/repository-runs.ts';

/** `cpu_sec` and `peak_rss_bytes`: null when they could not be measured. */
export type MeasuredRun = LastRun & { cpu_sec: number | null; peak_rss_bytes: number | null };

const newest = (status: string) => `
  SELECT * FROM (
    SELECT number, status, round((julianday(finished_at) - julianday(started_at)) * 86400, 3) AS seconds,
      ${didRealWork} AS is_real, cpu_sec, peak_rss_bytes
    FROM job WHERE operation = @operation AND status = '${status}' ORDER BY number DESC LIMIT @limit
  )
`;

const sql = {
  lastRuns: `${['succeeded', 'failed', 'cancelled'].map(newest).join(' UNION ALL ')} ORDER BY number DESC LIMIT @limit`,
  documents: `
    SELECT coalesce(
      result ->> '$.entries',
      result ->> '$.experiences' + result ->> '$.manuals',
      (SELECT sum(rows) FROM job_row_count WHERE job_id = job.id)
    )
    FROM (
      SELECT * FROM job WHERE operation = @operation AND status = 'succeeded' ORDER BY number DESC LIMIT @limit
    ) AS job
    WHERE ${didRealWork} ORDER BY number DESC LIMIT 1
  `,
};

export function createRunRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  return {
    /** Oldest first. */
    lastRuns: (operation: string, limit: number): MeasuredRun[] =>
      (statements.lastRuns.all({ operation, limit }) as MeasuredRun[]).reverse(),

    /** The entries that the newest successful run had, or the rows that it has reported; null when it had neither. */
    documents: (operation: string, limit: number): number | null =>
      (statements.documents.pluck().get({ operation, limit }) as number | null | undefined) ?? null,
  };
}
