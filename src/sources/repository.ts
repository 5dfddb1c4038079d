// The jobs that read or wrote a named sheet. The last of them are kept in the table `source_state` of ops.db, because they
// count longer than the history of jobs goes back.
import { type Db, prepareAll } from '../core/db/open.ts';
import { type SheetSource, targetPlace } from '../core/sheet-source.ts';
import type { Job } from '../jobs/job.ts';
import type { SourceRepository } from '../source-store/source-repository.ts';

/** An import or export that has succeeded. `result`: of the job. */
export type SheetRun = {
  number: number;
  started_at: string;
  finished_at: string;
  result: Record<string, unknown>;
};

/** How a job has ended. `isRefusal`: it failed because of the sheet, or because it could not be opened. */
export type SheetEnd = {
  number: number;
  operation: string;
  status: 'succeeded' | 'failed';
  finished_at: string;
  isPlan: boolean;
  isRefusal: boolean;
  message: string | null;
};

/** The operations that read or write sheets. */
export const sheetOperations: ReadonlySet<string> = new Set(['import', 'export']);

/** Older jobs are not searched, so that a sheet that no job names costs no more. */
const maxSearched = 500;
const maxListed = 10;

const newest = `(
  SELECT * FROM job WHERE operation IN ('import', 'export') ORDER BY number DESC LIMIT ${maxSearched}
)`;

/** Whether a job has read the sheet: under its name, at the place that it has had since `@since`, or by its path. */
const isImport = `
  operation = 'import' AND args ->> '$.sheet' IS NULL AND CASE
    WHEN args ->> '$.path' IS NULL
    THEN args ->> '$.source' = @name AND coalesce(result ->> '$.place', iif(created_at >= @since, @place, '')) = @place
    ELSE args ->> '$.path' = @place
  END
`;

/** Whether a job has written the sheet. Jobs of former versions have not recorded its place. */
const isExport = `
  operation = 'export' AND NOT coalesce(args ->> '$.download', 0) AND coalesce(
    args ->> '$.place',
    args ->> '$.path',
    'sheets/' || (args ->> '$.target') || iif(args ->> '$.format' = 'xlsx', '.xlsx', '')
  ) = @target
`;

/** Codes of failures for which a sheet as a whole, or its access, is to blame. */
const isRefusal = `(
  failure ->> '$.detail.code' LIKE 'google!_%' ESCAPE '!' OR failure ->> '$.detail.code' IN (
    'missing_tab', 'ambiguous_tab', 'unreadable_tab', 'empty_tab', 'missing_header', 'duplicate_header'
  )
)`;

/** `@after`: only jobs that have ended later. */
const ended = (from: string) => `
  SELECT number, operation, status, started_at, finished_at, json_remove(result, '$.preview') AS result,
    failure ->> '$.message' AS message, coalesce(args ->> '$.dry_run', 0) AS isPlan, coalesce(${isRefusal}, 0) AS isRefusal
  FROM ${from}
  WHERE status IN ('succeeded', 'failed') AND started_at IS NOT NULL AND mode = 'scripts' AND finished_at > @after
    AND ((${isImport}) OR (${isExport}))
`;

type EndedRow = Omit<SheetEnd, 'isPlan' | 'isRefusal'> &
  Omit<SheetRun, 'result'> & { result: string | null; isPlan: number; isRefusal: number };

const sql = {
  stored: 'SELECT last_import, last_export, last_job FROM source_state WHERE name = ?',
  endedAfter: `${ended(newest)} ORDER BY number`,
  ended: `${ended('job')} AND number = @number`,
  numbers: `
    SELECT number FROM ${newest} WHERE (${isImport}) OR (${isExport}) ORDER BY number DESC LIMIT ${maxListed}
  `,
  put: `
    INSERT INTO source_state (name, last_import, last_export, last_job) VALUES (@name, @import, @export, @job)
    ON CONFLICT (name) DO UPDATE SET last_job = excluded.last_job,
      last_import = coalesce(excluded.last_import, last_import),
      last_export = coalesce(excluded.last_export, last_export),
      changed_since = iif(coalesce(excluded.last_import, excluded.last_export) IS NULL, changed_since, NULL)
  `,
};

export type SheetRuns = ReturnType<typeof createSheetRuns>;

export function createSheetRuns(ops: Db, sources: Pick<SourceRepository, 'all' | 'changeOf'>) {
  const statements = prepareAll(ops, sql);
  const find = (column: 'last_import' | 'last_export' | 'last_job', { name }: SheetSource) => {
    const row = statements.stored.get(name) as Record<typeof column, string | null> | undefined;
    return JSON.parse(row?.[column] ?? 'null');
  };
  const lastJob = (source: SheetSource): SheetEnd | null => find('last_job', source);
  const keysOf = (source: SheetSource) => ({
    name: source.name,
    place: source.place,
    target: targetPlace(source),
    since: sources.changeOf(source.name).changed_at ?? '',
  });
  const keep = ({ name }: SheetSource, row: EndedRow) =>
    statements.put.run({ name, import: null, export: null, ...describeEnd(row) });

  return {
    /** The newest successful import that wrote the library; null without one. */
    lastImport: (source: SheetSource): SheetRun | null => find('last_import', source),
    lastExport: (source: SheetSource): SheetRun | null => find('last_export', source),

    /** The job of it that has ended last, plans included; null without one. Cancelled jobs do not count. */
    lastJob,

    /** The last job, if it could not open or read the sheet as it is. */
    lastRefusal(source: SheetSource): SheetEnd | null {
      const last = lastJob(source);
      return last?.isRefusal ? last : null;
    },

    /** The numbers of the newest jobs in the history that named it, dry runs and failures included. */
    numbers: (source: SheetSource) =>
      (statements.numbers.all({ ...keysOf(source), since: '' }) as { number: number }[]).map(
        ({ number }) => number,
      ),

    /** Call it in the transaction that ends a job. */
    keepEnd({ number, operation }: Pick<Job, 'number' | 'operation'>) {
      if (!sheetOperations.has(operation)) return;
      for (const source of sources.all()) {
        const row = statements.ended.get({ ...keysOf(source), number, after: '' });
        if (row) keep(source, row as EndedRow);
      }
    },

    /** Takes over what the history knows beyond what is kept: for a sheet of a former version, or at a new place. */
    fill(source: SheetSource) {
      const after = lastJob(source)?.finished_at ?? '';
      const rows = statements.endedAfter.all({ ...keysOf(source), after }) as EndedRow[];
      for (const row of rows) keep(source, row);
    },
  };
}

function describeEnd({ result, started_at, message, isPlan, isRefusal: isRefused, ...end }: EndedRow) {
  const { number, operation, status, finished_at } = end;
  const job: SheetEnd = { ...end, isPlan: isPlan === 1, isRefusal: isRefused === 1, message };
  const written = { job: JSON.stringify(job) };
  if (status === 'failed' || job.isPlan) return written;
  const run: SheetRun = { number, started_at, finished_at, result: JSON.parse(result ?? '{}') };
  return { ...written, [operation]: JSON.stringify(run) };
}
