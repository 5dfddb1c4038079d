// The jobs that read or wrote a named sheet.
import { type Db, prepareAll } from '../core/db/open.ts';

/** `result`: of the job. */
export type SheetRun = {
  number: number;
  started_at: string;
  finished_at: string;
  result: Record<string, unknown>;
};

/** Older runs are not searched, so that a sheet that no job names costs no more. */
const maxRuns = 500;

/** An explicit path to the folder of the named sheet counts as its name; a workbook and a download are other places. */
const lastRun = (operation: string, argument: string) => `
  SELECT number, started_at, finished_at, result FROM (
    SELECT * FROM job WHERE operation = '${operation}' AND status = 'succeeded' AND mode = 'scripts'
    ORDER BY number DESC LIMIT ${maxRuns}
  )
  WHERE NOT coalesce(args ->> '$.dry_run', 0) AND args ->> '$.sheet' IS NULL
    AND coalesce(args ->> '$.format', 'csv') = 'csv' AND NOT coalesce(args ->> '$.download', 0)
    AND coalesce(args ->> '$.path', 'sheets/' || (args ->> '$.${argument}')) = 'sheets/' || ?
  ORDER BY number DESC LIMIT 1
`;

export function createSheetRuns(ops: Db) {
  const statements = prepareAll(ops, {
    lastImport: lastRun('import', 'source'),
    lastExport: lastRun('export', 'target'),
  });
  const parse = (row: unknown): SheetRun | null =>
    row ? { ...(row as SheetRun), result: JSON.parse((row as { result: string }).result) } : null;

  return {
    /** The newest successful import that wrote the library; null without one. */
    lastImport: (name: string) => parse(statements.lastImport.get(name)),
    lastExport: (name: string) => parse(statements.lastExport.get(name)),
  };
}
