// Questions about many jobs that no index answers: jobs are read one by one, in slices of a few milliseconds.
import { type Db, prepareOnce } from '../core/db/open.ts';
import type { JobRow, JobStatus } from './job.ts';
import { type BoundedFilter, type JobIndex, type PageRange, toCounts } from './repository-index.ts';
import type { JobFilter } from './job-search.ts';
import { inSlices, type Slicing } from './slices.ts';

/** Whether the filter needs a scan. */
export function needsScan({ actor, errors, texts }: JobFilter): boolean {
  return actor !== undefined || Boolean(errors?.length) || Boolean(texts?.length);
}

export function createJobScan(ops: Db, index: JobIndex, slicing: Slicing) {
  const prepare = prepareOnce(ops);

  return {
    /** Up to `limit` jobs, in the order of `JobIndex.find`. */
    async find(filter: BoundedFilter, limit: number, page: PageRange) {
      const { where, values } = conditions(filter);
      const isUp = page.after !== undefined;
      const statement = prepare(`
        SELECT * FROM job NOT INDEXED WHERE number >= @from AND number < @to AND ${where}
        ORDER BY number ${isUp ? 'ASC' : 'DESC'} LIMIT @limit
      `);
      const found: JobRow[] = [];
      const lookedTo = await inSlices({ ...rangeOf(filter, page), isUp }, slicing, (from, to) => {
        found.push(...(statement.all({ ...values, from, to, limit: limit - found.length }) as JobRow[]));
        return found.length < limit;
      });
      return { found, lookedTo };
    },

    /** Counts whatever the status of the filter; `newer` are those above number `first`. */
    async count(filter: JobFilter, first: number | undefined) {
      const { status: _, ...rest } = filter;
      const { where, values } = conditions(rest);
      const statement = prepare(`
        SELECT status, count(*) AS jobs, sum(number > @first) AS newer FROM job NOT INDEXED
        WHERE number >= @from AND number < @to AND ${where} GROUP BY status
      `);
      const counts = toCounts([]);
      const newer = toCounts([]);
      const range = { ...rangeOf(filter, {}), isUp: false };
      const lookedDownTo = await inSlices(range, slicing, (from, to) => {
        const rows = statement.all({ ...values, from, to, first: first ?? Number.MAX_SAFE_INTEGER });
        for (const row of rows as { status: JobStatus; jobs: number; newer: number }[]) {
          counts[row.status] += row.jobs;
          newer[row.status] += row.newer;
        }
        return true;
      });
      return { counts, newer, lookedDownTo };
    },
  };

  function rangeOf(filter: BoundedFilter, { before, after }: PageRange) {
    const from = Math.max(index.minNumber(filter), (after ?? 0) + 1);
    return { from, to: Math.min(index.newestNumber() + 1, before ?? Number.MAX_SAFE_INTEGER) };
  }
}

function conditions({ status, operation, actor, errors = [], texts = [] }: JobFilter) {
  const where = ['1'];
  if (status) where.push('status IN (SELECT value FROM json_each(@status))');
  if (operation !== undefined) where.push('operation = @operation');
  if (actor !== undefined) where.push('requested_by = @actor');
  const values: Record<string, unknown> = { status: JSON.stringify(status ?? []), operation, actor };
  for (const [at, text] of errors.entries()) {
    values[`error${at}`] = containing(jsonText(text));
    where.push(like('failure', `error${at}`));
  }
  for (const [at, { text, operations }] of texts.entries()) {
    values[`text${at}`] = containing(text);
    values[`json${at}`] = containing(jsonText(text));
    values[`named${at}`] = JSON.stringify(operations);
    const columns = [
      like('args', `json${at}`),
      like('failure', `json${at}`),
      like('operation', `text${at}`),
      like('reason', `text${at}`),
      `operation IN (SELECT value FROM json_each(@named${at}))`,
    ];
    if (/^\d{1,15}$/.test(text)) columns.push(`number = ${Number(text)}`);
    where.push(`(${columns.join(' OR ')})`);
  }
  return { where: where.join(' AND '), values };
}

const like = (column: string, name: string) => `${column} LIKE @${name} ESCAPE '\\'`;
const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
/** The text as it is written inside a JSON string. */
const jsonText = (text: string) => JSON.stringify(text).slice(1, -1);
