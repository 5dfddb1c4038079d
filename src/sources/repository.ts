// The jobs that read or wrote a named sheet.
import { type Db, prepareAll } from '../core/db/open.ts';
import { type SheetSource, targetPlace } from '../core/sheet-source.ts';

/** `result`: of the job. */
export type SheetRun = {
  number: number;
  started_at: string;
  finished_at: string;
  result: Record<string, unknown>;
};

/** A job that failed because of the sheet, or because it could not be opened. */
type SheetRefusal = { number: number; operation: string; finished_at: string; message: string };

/** Older runs are not searched, so that a sheet that no job names costs no more. */
const maxRuns = 500;
const maxListed = 10;

const newest = (operations: string) =>
  `(SELECT * FROM job WHERE operation IN (${operations}) ORDER BY number DESC LIMIT ${maxRuns})`;

/** Whether a job has read the sheet: under its name, at the place that it has now, or by its path. */
const isImport = `
  operation = 'import' AND args ->> '$.sheet' IS NULL AND CASE
    WHEN args ->> '$.path' IS NULL
    THEN args ->> '$.source' = @name AND coalesce(result ->> '$.place', @place) = @place
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

const lastRun = (operation: string, isOfSheet: string) => `
  SELECT number, started_at, finished_at, result FROM ${newest(`'${operation}'`)}
  WHERE status = 'succeeded' AND mode = 'scripts' AND NOT coalesce(args ->> '$.dry_run', 0) AND ${isOfSheet}
  ORDER BY number DESC LIMIT 1
`;

/** Codes of failures for which a sheet as a whole, or its access, is to blame. */
const isRefusal = `(
  failure ->> '$.detail.code' LIKE 'google!_%' ESCAPE '!' OR failure ->> '$.detail.code' IN (
    'missing_tab', 'ambiguous_tab', 'unreadable_tab', 'empty_tab', 'missing_header', 'duplicate_header'
  )
)`;

export type SheetRuns = ReturnType<typeof createSheetRuns>;

export function createSheetRuns(ops: Db) {
  const statements = prepareAll(ops, {
    lastImport: lastRun('import', isImport),
    lastExport: lastRun('export', isExport),
    lastRefusal: `
      SELECT number, operation, finished_at, failure ->> '$.message' AS message
      FROM ${newest(`'import', 'export'`)}
      WHERE status = 'failed' AND mode = 'scripts' AND ${isRefusal} AND ((${isImport}) OR (${isExport}))
      ORDER BY number DESC LIMIT 1
    `,
    numbers: `
      SELECT number FROM ${newest(`'import', 'export'`)} WHERE (${isImport}) OR (${isExport})
      ORDER BY number DESC LIMIT ${maxListed}
    `,
  });
  const parse = (row: unknown): SheetRun | null =>
    row ? { ...(row as SheetRun), result: JSON.parse((row as { result: string }).result) } : null;
  const keys = (source: SheetSource) => ({
    name: source.name,
    place: source.place,
    target: targetPlace(source),
  });

  return {
    /** The newest successful import that wrote the library; null without one. */
    lastImport: (source: SheetSource) => parse(statements.lastImport.get(keys(source))),
    lastExport: (source: SheetSource) => parse(statements.lastExport.get(keys(source))),

    /** The newest job that could not open or read the sheet as it is, plans included; null without one. */
    lastRefusal: (source: SheetSource) =>
      (statements.lastRefusal.get(keys(source)) as SheetRefusal | undefined) ?? null,

    /** The numbers of the newest jobs that named it, dry runs and failures included. */
    numbers: (source: SheetSource) =>
      (statements.numbers.all(keys(source)) as { number: number }[]).map(({ number }) => number),
  };
}
