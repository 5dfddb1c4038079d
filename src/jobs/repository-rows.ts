// Questions about the result rows of a job.
import { type Db, prepareOnce } from '../core/db/open.ts';
import type { ResultRow } from './job.ts';

export function createResultRows(ops: Db) {
  const prepare = prepareOnce(ops);

  return {
    /** A page of rows; `cursor` is the `seq` of the last row of the page before. */
    rows(jobId: string, outcome: string | undefined, limit: number, cursor = 0) {
      const rows = prepare(`
        SELECT seq, ref, outcome, message FROM job_row
        WHERE job_id = @jobId AND seq > @cursor ${outcome === undefined ? '' : 'AND outcome = @outcome'}
        ORDER BY seq LIMIT @limit
      `).all({ jobId, cursor, outcome, limit: limit + 1 }) as ResultRow[];
      const items = rows.slice(0, limit);
      return { items, next_cursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
    },

    /** The `seq` of the last row; 0 when there is none. */
    newestRow(jobId: string): number {
      const row = prepare('SELECT coalesce(max(seq), 0) AS seq FROM job_row WHERE job_id = ?').get(jobId);
      return (row as { seq: number }).seq;
    },

    /** How many rows there are of each outcome. */
    rowCounts(jobId: string) {
      const sql = 'SELECT outcome, rows FROM job_row_count WHERE job_id = ? ORDER BY rows DESC, outcome';
      return prepare(sql).all(jobId) as { outcome: string; rows: number }[];
    },
  };
}
