// Everything that is stored about jobs: finding them, moving them, their claims, and their reports.
import { type Db, withoutSync } from '../core/db/open.ts';
import { createWalSync } from '../core/db/wal-sync.ts';
import { createClaims } from './repository-claims.ts';
import { createJobFinds } from './repository-finds.ts';
import { type Claim, type Job, type JobRow, parseJob } from './job.ts';
import { createJobMoves } from './repository-moves.ts';
import { createReports } from './repository-reports.ts';

export type NewJob = Pick<
  JobRow,
  'id' | 'operation' | 'mode' | 'requested_by' | 'request_id' | 'reason' | 'max_attempts' | 'retry_of'
> & { args: Record<string, unknown>; claims: Claim[] };

export type JobRepository = ReturnType<typeof createJobRepository>;

const insertSql = `
  INSERT INTO job (id, operation, status, mode, requested_by, request_id, reason, args, max_attempts, retry_of, created_at)
  VALUES (@id, @operation, 'queued', @mode, @requested_by, @request_id, @reason, @args, @max_attempts, @retry_of, @at)
  RETURNING *
`;

export function createJobRepository(ops: Db, now: () => Date) {
  const at = () => now().toISOString();
  const claims = createClaims(ops);
  const reports = createReports(ops);
  const insert = ops.prepare(insertSql);

  return {
    ...reports,
    ...createJobFinds(ops),
    ...createJobMoves({ ops, claims, reports, at }),

    /** Commits without fsync: nothing is durable before `synced` settles. */
    unsynced: <T>(work: () => T): T => withoutSync(ops, work),
    /** Settles when every commit before the call is on the disk. */
    synced: createWalSync(ops),
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    /** Adds a queued job with its claims; part of a transaction of its caller. */
    insert({ claims: wanted, args, ...job }: NewJob): Job {
      const row = insert.get({ ...job, args: JSON.stringify(args), at: at() });
      claims.join(job.id, wanted);
      return parseJob(row as JobRow);
    },

    /** The lock queue in order of arrival. */
    positions: claims.positions,
    claimsOf: claims.claimsOf,
  };
}
