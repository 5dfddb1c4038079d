// Reads the findings and measures of the operation `database` from the rows of its jobs. A check of the whole file is one
// that was not quick, or the one at the end of a reindex.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { DatabaseName } from './database.ts';
import type { ProblemKind } from './problem.ts';
import type { TableSize } from './table-repository.ts';

type Ended = { number: number; at: string };
/** `message`: a sentence with the way back. */
export type BrokenCheck = Ended & { message: string; kind: ProblemKind };
export type UnfinishedCheck = Ended & { message: string | null };
/** The result of the last job that has measured the tables. */
export type Measured = Ended & { tables: TableSize[] };

export type PastWork = ReturnType<typeof createPastWork>;

const ended = `
  FROM job WHERE operation = 'database' AND mode = 'scripts' AND args ->> '$.database' = ? AND status
`;
const isWhole = `args ->> '$.do' IN ('check', 'reindex') AND args ->> '$.quick' IS NOT 1`;
const newest = 'ORDER BY number DESC LIMIT 1';

const sql = {
  passed: `SELECT number, finished_at AS at ${ended} = 'succeeded' AND ${isWhole} ${newest}`,
  broken: `
    SELECT number, finished_at AS at, failure ->> '$.message' AS message, failure ->> '$.detail.kind' AS kind
    ${ended} = 'failed' AND failure ->> '$.detail.kind' IS NOT NULL ${newest}
  `,
  unfinished: `
    SELECT number, finished_at AS at, failure ->> '$.message' AS message
    ${ended} = 'failed' AND failure ->> '$.detail.kind' IS NULL AND ${isWhole} ${newest}
  `,
  measured: `SELECT number, finished_at AS at, result ->> '$.tables' AS tables ${ended} = 'succeeded' ${newest}`,
  newestOf: `SELECT max(number) FROM job WHERE operation = 'database'`,
  firstStart: 'SELECT min(at) FROM server_start',
};

export function createPastWork(ops: Db) {
  const statements = prepareAll(ops, sql);
  const first = <Row>(name: keyof typeof sql, database: DatabaseName) =>
    (statements[name].get(database) as Row | undefined) ?? null;
  const lastPassed = (database: DatabaseName) => first<Ended>('passed', database);
  const isNewer = (one: Ended | null, other: Ended | null) => (one?.number ?? 0) > (other?.number ?? 0);

  /** The last one that has found a problem, until a check of the whole file passes. */
  function lastBroken(database: DatabaseName): BrokenCheck | null {
    const broken = first<BrokenCheck>('broken', database);
    return isNewer(broken, lastPassed(database)) ? broken : null;
  }

  return {
    lastPassed,
    lastBroken,

    /** The last check, if it could not finish. */
    lastUnfinished(database: DatabaseName): UnfinishedCheck | null {
      const unfinished = first<UnfinishedCheck>('unfinished', database);
      const isLast = [lastPassed(database), lastBroken(database)].every((one) => isNewer(unfinished, one));
      return isLast ? unfinished : null;
    },

    lastMeasured(database: DatabaseName): Measured | null {
      const row = first<Ended & { tables: string | null }>('measured', database);
      return row && { ...row, tables: JSON.parse(row.tables ?? '[]') };
    },

    /** The number of the newest job, in whatever state; 0 without one. */
    newestNumber: () => Number(statements.newestOf.pluck().get() ?? 0),

    /** Null before the first start of the server. */
    firstStart: () => (statements.firstStart.pluck().get() as string | null) ?? null,
  };
}
