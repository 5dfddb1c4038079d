// Statements that find and remove old jobs. Each leaves a tombstone, so that its link still says what it was; audit rows
// stay. Commits are not synced: after a loss of power the next run removes the jobs again.
import type { InferSelectModel } from 'drizzle-orm';
import type * as schema from '../core/db/ops-schema.ts';
import { type Db, withoutSync } from '../core/db/open.ts';

/** Jobs that ended before `finishedBefore`, or have a number up to `upTo`, are removed. */
export type Bounds = { finishedBefore: string; upTo: number };
export type Prunable = { number: number; id: string; log_bytes: number; finished_at: string };
export type Tombstone = InferSelectModel<typeof schema.prunedJob>;

export type Pruning = ReturnType<typeof createPruning>;

const isRemovable = `(
  operation NOT IN (SELECT value FROM json_each(@kept)) OR EXISTS (
    SELECT 1 FROM job AS later WHERE later.operation = job.operation AND later.mode = 'scripts'
      AND later.status = 'succeeded' AND later.number > job.number
  )
)`;

/** `evidence`: operations whose runs are kept from the last one on that succeeded, because checks look at them. */
export function createPruning(ops: Db, evidence: readonly string[] = []) {
  const kept = JSON.stringify(evidence);
  const newest = ops.prepare('SELECT coalesce(max(number), 0) FROM job').pluck();
  const byAge = ops.prepare(`
    SELECT number, id, log_bytes, finished_at FROM job
    WHERE status = @status AND finished_at < @finishedBefore AND ${isRemovable} ORDER BY finished_at LIMIT @limit
  `);
  const byNumber = ops.prepare(`
    SELECT number, id, log_bytes, finished_at FROM job
    WHERE status = @status AND number <= @upTo AND ${isRemovable} ORDER BY number LIMIT @limit
  `);
  const dropRows = ops.prepare(`
    DELETE FROM job_row WHERE rowid IN (SELECT rowid FROM job_row WHERE job_id = @id LIMIT @limit)
  `);
  const insertTombstone = ops.prepare(`
    INSERT INTO pruned_job (number, id, operation, status, finished_at, pruned_at)
    SELECT number, id, operation, status, finished_at, @at FROM job WHERE id = @id
  `);
  const remove = ops.prepare('DELETE FROM job WHERE id = @id');

  return {
    newestNumber: () => newest.get() as number,

    /** Ended jobs of that status to remove, oldest first, at most `limit`. */
    find(status: string, bounds: Bounds, limit: number): Prunable[] {
      const found = byAge.all({ status, limit, kept, finishedBefore: bounds.finishedBefore }) as Prunable[];
      if (found.length === limit || bounds.upTo < 1) return found;
      const known = new Set(found.map(({ number }) => number));
      const surplus = byNumber.all({ status, limit, kept, upTo: bounds.upTo }) as Prunable[];
      return [...found, ...surplus.filter(({ number }) => !known.has(number))].slice(0, limit);
    },

    /** Removes up to `limit` result rows of a job; gives how many there were. */
    dropRows: (id: string, limit: number): number =>
      withoutSync(ops, () => dropRows.run({ id, limit }).changes),

    /** Replaces jobs, whose rows are removed already, by tombstones, and records it unless there were none, in one transaction;
     *  gives how many there were. */
    leaveTombstones(ids: string[], at: string, record: () => void): number {
      const replaceAll = ops.transaction(() => {
        let removed = 0;
        for (const id of ids) {
          insertTombstone.run({ id, at });
          removed += remove.run({ id }).changes;
        }
        if (removed > 0) record();
        return removed;
      });
      return withoutSync(ops, replaceAll);
    },
  };
}
