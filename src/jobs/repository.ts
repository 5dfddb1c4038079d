// Everything that is stored about jobs: finding them, moving them, their claims, and their reports.
import { type Db, prepareAll, withoutSync } from '../core/db/open.ts';
import { createWalSync } from '../core/db/wal-sync.ts';
import { type Claim, type Job, type JobRow, parseJob } from './job.ts';
import { createClaims } from './repository-claims.ts';
import { createJobMoves } from './repository-moves.ts';
import type { Tombstone } from './repository-pruning.ts';
import { createReports } from './repository-reports.ts';
import { createPastRuns } from './repository-runs.ts';
import { createTransitions } from './repository-transitions.ts';

export type NewJob = Pick<
  JobRow,
  | 'id'
  | 'operation'
  | 'mode'
  | 'requested_by'
  | 'request_id'
  | 'traceparent'
  | 'reason'
  | 'max_attempts'
  | 'retry_of'
  | 'schedule'
> & { args: Record<string, unknown>; claims: Claim[]; ignoresWindows: boolean; isMadeUp: boolean };

export type JobRepository = ReturnType<typeof createJobRepository>;

const sql = {
  insert: `
    INSERT INTO job (id, operation, status, mode, requested_by, request_id, traceparent, reason, args, max_attempts, retry_of,
      schedule, is_made_up, ignores_windows, created_at)
    VALUES (@id, @operation, 'queued', @mode, @requested_by, @request_id, @traceparent, @reason, @args, @max_attempts,
      @retry_of, @schedule, @is_made_up, @ignores_windows, @at)
    RETURNING *
  `,
  byId: 'SELECT * FROM job WHERE id = ?',
  byNumber: 'SELECT * FROM job WHERE number = ?',
  byRetryOf: 'SELECT id FROM job WHERE retry_of = ? ORDER BY number DESC LIMIT 1',
  newest: 'SELECT * FROM job ORDER BY number DESC LIMIT ?',
  active: `SELECT * FROM job WHERE status IN ('running', 'queued', 'retrying') ORDER BY number`,
  pruned: 'SELECT * FROM pruned_job WHERE id = @key OR number = @number',
  appliedBy: `
    SELECT * FROM job WHERE operation = @operation AND number > @number AND args ->> '$.plan' = @token
      AND status IN ('queued', 'running', 'retrying', 'succeeded') ORDER BY number DESC LIMIT 1
  `,
  lastOf: 'SELECT * FROM job WHERE operation = ? ORDER BY number DESC LIMIT 1',
};

export function createJobRepository(ops: Db, now: () => Date) {
  const at = () => now().toISOString();
  const claims = createClaims(ops);
  const reports = createReports(ops);
  const statements = prepareAll(ops, sql);
  const parse = (row: unknown) => (row ? parseJob(row as JobRow) : null);
  const parseAll = (rows: unknown[]) => rows.map((row) => parseJob(row as JobRow));

  return {
    ...reports,
    ...createPastRuns(ops),
    ...createTransitions(ops),
    ...createJobMoves({ ops, claims, reports, at }),

    /** Commits without fsync: nothing is durable before `synced` settles. */
    unsynced: <T>(work: () => T): T => withoutSync(ops, work),
    /** Settles when every commit before the call is on the disk. */
    synced: createWalSync(ops),
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    /** Adds a queued job with its claims; part of a transaction of its caller. */
    insert({ claims: wanted, ignoresWindows, isMadeUp, args, ...job }: NewJob): Job {
      const flags = { is_made_up: Number(isMadeUp), ignores_windows: Number(ignoresWindows) };
      const row = statements.insert.get({ ...job, ...flags, args: JSON.stringify(args), at: at() });
      claims.join(job.id, wanted);
      return parseJob(row as JobRow);
    },

    /** By uuid or by number. */
    find(idOrNumber: string): Job | null {
      const number = readNumber(idOrNumber);
      return parse(number === null ? statements.byId.get(idOrNumber) : statements.byNumber.get(number));
    },
    /** The tombstone of a job that retention has removed. */
    findPruned(idOrNumber: string): Tombstone | null {
      const row = statements.pruned.get({ key: idOrNumber, number: readNumber(idOrNumber) });
      return (row as Tombstone | undefined) ?? null;
    },
    /** The id of the newest retry of a job. */
    retriedBy: (number: number) =>
      (statements.byRetryOf.get(number) as { id: string } | undefined)?.id ?? null,
    newest: (limit: number) => parseAll(statements.newest.all(limit)),
    active: () => parseAll(statements.active.all()),
    /** The job that applies the plan of a dry run; failed and cancelled ones do not count. */
    appliedBy: ({ operation, number }: Job, token: string) =>
      parse(statements.appliedBy.get({ operation, number, token })),
    lastOf: (operation: string) => parse(statements.lastOf.get(operation)),

    /** The lock queue in order of arrival. */
    positions: claims.positions,
    claimsOf: claims.claimsOf,
  };
}

function readNumber(idOrNumber: string): number | null {
  return /^\d{1,15}$/.test(idOrNumber) ? Number(idOrNumber) : null;
}
