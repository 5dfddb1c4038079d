// Questions about many jobs or rows: filters, keyset paging, totals. Statements only; answers newest first.
import type { Db } from '../db/open.ts';
import { type Job, type JobRow, type JobStatus, parseJob, type ResultRow } from './job.ts';

export type JobFilter = {
  status?: JobStatus[];
  operation?: string;
  actor?: string;
  /** Free text over number, operation, arguments, reason and failure. */
  q?: string;
  since?: string;
};

export type JobListing = ReturnType<typeof createJobListing>;

/** Totals that no counter keeps are counted up to here. */
const cappedTotal = 10_001;

export function createJobListing(ops: Db) {
  return {
    /** `cursor` is the number of the last job of the page before. */
    jobs(filter: JobFilter, limit: number, cursor?: number) {
      const { where, values } = conditions(filter);
      const page = cursor === undefined ? where : [...where, 'number < @cursor'];
      const rows = ops
        .prepare(`SELECT * FROM job ${clause(page)} ORDER BY number DESC LIMIT @limit`)
        .all({ ...values, cursor, limit: limit + 1 }) as JobRow[];
      const items: Job[] = rows.slice(0, limit).map(parseJob);
      return {
        items,
        next_cursor: rows.length > limit ? String(items.at(-1)?.number) : null,
        total: total(filter),
      };
    },

    /** `cursor` is the `seq` of the last row of the page before. */
    rows(jobId: string, outcome: string | undefined, limit: number, cursor = 0) {
      const rows = ops
        .prepare(`
          SELECT seq, ref, outcome, message FROM job_row
          WHERE job_id = @jobId AND seq > @cursor AND (@outcome IS NULL OR outcome = @outcome)
          ORDER BY seq LIMIT @limit
        `)
        .all({ jobId, cursor, outcome: outcome ?? null, limit: limit + 1 }) as ResultRow[];
      const items = rows.slice(0, limit);
      return { items, next_cursor: rows.length > limit ? String(items.at(-1)?.seq) : null };
    },
  };

  function total(filter: JobFilter): number {
    if (filter.actor || filter.q || filter.since) return countUpTo(filter);
    const { where, values } = conditions(filter);
    return ops
      .prepare(`SELECT coalesce(sum(jobs), 0) FROM job_count ${clause(where)}`)
      .pluck()
      .get(values) as number;
  }

  function countUpTo(filter: JobFilter): number {
    const { where, values } = conditions(filter);
    return ops
      .prepare(`SELECT count(*) FROM (SELECT 1 FROM job ${clause(where)} LIMIT ${cappedTotal})`)
      .pluck()
      .get(values) as number;
  }
}

function conditions(filter: JobFilter) {
  const where: string[] = [];
  if (filter.status) where.push('status IN (SELECT value FROM json_each(@status))');
  if (filter.operation) where.push('operation = @operation');
  if (filter.actor) where.push('requested_by = @actor');
  if (filter.since) where.push('created_at >= @since');
  if (filter.q) {
    where.push(`instr(lower(number || ' ' || operation || ' ' || args || ' ' || coalesce(reason, '') || ' ' ||
      coalesce(failure, '')), lower(@q)) > 0`);
  }
  const values = { ...filter, status: JSON.stringify(filter.status ?? []) };
  return { where, values };
}

function clause(where: string[]): string {
  return where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
}
