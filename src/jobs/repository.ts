// Statements on jobs and their claims. Every move is one guarded UPDATE … RETURNING: no row back
// means that someone else has moved the job, and null is given.
import { type Db, withoutSync } from '../core/db/open.ts';
import { createWalSync } from '../core/db/wal-sync.ts';
import {
  type Claim,
  type Failure,
  type Job,
  type JobRow,
  type JobStatus,
  parseJob,
  statesBefore,
} from './job.ts';
import type { Place } from './locks.ts';
import type { Tombstone } from './pruning.ts';
import { createReports } from './reports.ts';

export type NewJob = Pick<
  JobRow,
  'id' | 'operation' | 'mode' | 'requested_by' | 'request_id' | 'reason' | 'max_attempts' | 'retry_of'
> & { args: Record<string, unknown>; claims: Claim[] };

/** How a running attempt ended. */
export type Ending = {
  status: 'succeeded' | 'failed' | 'cancelled';
  result?: Record<string, unknown> | null;
  failure?: Failure | null;
};

/** A waiting job fails when what it was accepted with no longer holds. */
const waiting = statesBefore('failed', 'runner').filter((status) => status !== 'running');

export type JobRepository = ReturnType<typeof createJobRepository>;

export function createJobRepository(ops: Db, now: () => Date) {
  const reports = createReports(ops);
  const at = () => now().toISOString();
  const oneOf = (states: JobStatus[]) => states.map((state) => `'${state}'`).join(', ');
  const read = (row: unknown) => (row ? parseJob(row as JobRow) : null);

  const insert = ops.prepare(`
    INSERT INTO job (id, operation, status, mode, requested_by, request_id, reason, args, max_attempts, retry_of, created_at)
    VALUES (@id, @operation, 'queued', @mode, @requested_by, @request_id, @reason, @args, @max_attempts, @retry_of, @at)
    RETURNING *
  `);
  const insertClaim = ops.prepare(
    'INSERT INTO job_claim (job_id, name, mode, place) VALUES (@jobId, @name, @mode, @place)',
  );
  const nextPlace = ops.prepare('SELECT coalesce(max(place), 0) + 1 FROM job_claim').pluck();
  const byId = ops.prepare('SELECT * FROM job WHERE id = ?');
  const byNumber = ops.prepare('SELECT * FROM job WHERE number = ?');
  const byRetryOf = ops.prepare('SELECT id FROM job WHERE retry_of = ? ORDER BY number DESC LIMIT 1').pluck();
  const newest = ops.prepare('SELECT * FROM job ORDER BY number DESC LIMIT ?');
  const active = ops.prepare(
    `SELECT * FROM job WHERE status IN ('running', 'queued', 'retrying') ORDER BY number`,
  );
  const pruned = ops.prepare('SELECT * FROM pruned_job WHERE id = @key OR number = @number');
  const lastOf = ops.prepare('SELECT * FROM job WHERE operation = ? ORDER BY number DESC LIMIT 1');
  const recentDurations = ops
    .prepare(`
      SELECT (julianday(finished_at) - julianday(started_at)) * 86400 FROM job
      WHERE operation = ? AND status = 'succeeded' AND mode = 'scripts' ORDER BY number DESC LIMIT 20
    `)
    .pluck();
  const claims = ops.prepare('SELECT job_id, name, mode, held_at FROM job_claim ORDER BY place, name');
  const claimsOf = ops.prepare(
    `SELECT name, mode FROM job_claim WHERE job_id = ? AND name <> '' ORDER BY name`,
  );

  const start = ops.prepare(`
    UPDATE job SET status = 'running', attempt = attempt + 1, started_at = @at, next_attempt_at = NULL,
      progress = NULL, failure = NULL, pid = NULL, warning = NULL, kill_at = NULL
    WHERE id = @id AND status IN (${oneOf(statesBefore('running', 'runner'))}) RETURNING *
  `);
  const hold = ops.prepare('UPDATE job_claim SET held_at = @at WHERE job_id = @id');
  const release = ops.prepare('DELETE FROM job_claim WHERE job_id = ?');
  const finish = ops.prepare(`
    UPDATE job SET status = @status, result = @result, failure = @failure, finished_at = @at, pid = NULL
    WHERE id = @id AND attempt = @attempt AND status IN (${oneOf(statesBefore('succeeded', 'runner'))}) RETURNING *
  `);
  const refuse = ops.prepare(`
    UPDATE job SET status = 'failed', failure = @failure, finished_at = @at, next_attempt_at = NULL
    WHERE id = @id AND status IN (${oneOf(waiting)}) RETURNING *
  `);
  const retryLater = ops.prepare(`
    UPDATE job SET status = 'retrying', failure = @failure, next_attempt_at = @nextAt, pid = NULL
    WHERE id = @id AND attempt = @attempt AND status IN (${oneOf(statesBefore('retrying', 'runner'))}) RETURNING *
  `);
  const requeueDue = ops.prepare(`
    UPDATE job SET status = 'queued'
    WHERE id = @id AND status IN (${oneOf(statesBefore('queued', 'clock'))}) RETURNING *
  `);
  const requeueLost = ops.prepare(`
    UPDATE job SET status = 'queued', pid = NULL
    WHERE id = @id AND attempt = @attempt AND status IN (${oneOf(statesBefore('queued', 'recovery'))}) RETURNING *
  `);
  const cancelWaiting = ops.prepare(`
    UPDATE job SET status = 'cancelled', cancel_requested_at = @at, finished_at = @at, next_attempt_at = NULL
    WHERE id = @id AND status IN (${oneOf(statesBefore('cancelled', 'operator'))}) RETURNING *
  `);
  const requestCancel = ops.prepare(`
    UPDATE job SET cancel_requested_at = @at
    WHERE id = @id AND status = 'running' AND cancel_requested_at IS NULL RETURNING *
  `);
  /** A job that claims nothing has a place all the same: a claim without a name, which is in nobody's way. */
  function joinLine(jobId: string, wanted: Claim[]) {
    const place = nextPlace.get();
    const rows = wanted.length > 0 ? wanted : [{ name: '', mode: 'shared' }];
    for (const claim of rows) insertClaim.run({ jobId, place, ...claim });
  }

  /** A job that does not run claims nothing, and none of its processes is left. */
  const letGo = (jobId: string) => {
    release.run(jobId);
    reports.dropProcesses(jobId);
  };

  /** Runs a move, and with it what must be committed together with it. */
  const move = (statement: () => unknown, alongside: (job: Job) => void): Job | null =>
    ops.transaction(() => {
      const job = read(statement());
      if (job) alongside(job);
      return job;
    })();

  return {
    ...reports,

    /** What `work` commits may not be on the disk before `synced` settles. */
    unsynced: <T>(work: () => T): T => withoutSync(ops, work),
    synced: createWalSync(ops),

    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    insert({ claims: wanted, args, ...job }: NewJob): Job {
      const row = insert.get({ ...job, args: JSON.stringify(args), at: at() });
      joinLine(job.id, wanted);
      return parseJob(row as JobRow);
    },

    /** By uuid or by number. */
    find(idOrNumber: string): Job | null {
      return read(/^\d{1,15}$/.test(idOrNumber) ? byNumber.get(Number(idOrNumber)) : byId.get(idOrNumber));
    },
    /** What is left of a job that retention has removed. */
    findPruned(idOrNumber: string): Tombstone | null {
      const number = /^\d{1,15}$/.test(idOrNumber) ? Number(idOrNumber) : null;
      return (pruned.get({ key: idOrNumber, number }) as Tombstone | undefined) ?? null;
    },
    retriedBy: (number: number) => (byRetryOf.get(number) as string | undefined) ?? null,
    newest: (limit: number) => newest.all(limit).map((row) => parseJob(row as JobRow)),
    active: () => active.all().map((row) => parseJob(row as JobRow)),
    lastOf: (operation: string) => read(lastOf.get(operation)),

    /** Median duration in seconds of the last twenty successful runs; null when there is none. */
    usualSec(operation: string): number | null {
      const durations = (recentDurations.all(operation) as number[]).sort((a, b) => a - b);
      return durations[Math.floor(durations.length / 2)] ?? null;
    },

    /** The line in order of arrival; a holder keeps the place it had. */
    line(): Place[] {
      const places = new Map<string, Place>();
      for (const claim of claims.all() as (Claim & { job_id: string; held_at: string | null })[]) {
        const place = places.get(claim.job_id) ?? {
          jobId: claim.job_id,
          claims: [],
          isHeld: claim.held_at !== null,
        };
        if (claim.name !== '') place.claims.push({ name: claim.name, mode: claim.mode });
        places.set(claim.job_id, place);
      }
      return [...places.values()];
    },
    claimsOf: (id: string) => claimsOf.all(id) as Claim[],

    /** Rows that an earlier attempt has reported are those of work that was not done. Is synced with the identity
     *  of the process, before the script begins. */
    start: (id: string) =>
      withoutSync(ops, () =>
        move(
          () => start.get({ id, at: at() }),
          () => {
            hold.run({ id, at: at() });
            reports.dropRows(id);
          },
        ),
      ),
    finish(job: Job, { status, result = null, failure = null }: Ending, alongside: (job: Job) => void) {
      const values = {
        id: job.id,
        attempt: job.attempt,
        status,
        at: at(),
        result: result && JSON.stringify(result),
        failure: failure && JSON.stringify(failure),
      };
      return move(
        () => finish.get(values),
        (finished) => {
          letGo(job.id);
          alongside(finished);
        },
      );
    },
    refuse: (id: string, failure: Failure, alongside: (job: Job) => void) =>
      move(
        () => refuse.get({ id, at: at(), failure: JSON.stringify(failure) }),
        (refused) => {
          release.run(id);
          alongside(refused);
        },
      ),
    retryLater(job: Job, failure: Failure, nextAt: Date, alongside: (job: Job) => void) {
      const values = {
        id: job.id,
        attempt: job.attempt,
        failure: JSON.stringify(failure),
        nextAt: nextAt.toISOString(),
      };
      return move(
        () => retryLater.get(values),
        (moved) => {
          letGo(job.id);
          alongside(moved);
        },
      );
    },
    /** The back-off is over: joins the line again, at its end. */
    requeueDue: (id: string, wanted: Claim[]) =>
      move(
        () => requeueDue.get({ id }),
        () => joinLine(id, wanted),
      ),
    /** Joins the line again, at its end, with the claims it had. */
    requeueLost: (job: Job, alongside: (job: Job) => void) =>
      move(
        () => requeueLost.get({ id: job.id, attempt: job.attempt }),
        (moved) => {
          const wanted = claimsOf.all(job.id) as Claim[];
          letGo(job.id);
          joinLine(job.id, wanted);
          alongside(moved);
        },
      ),
    cancelWaiting: (id: string, alongside: (job: Job) => void) =>
      move(
        () => cancelWaiting.get({ id, at: at() }),
        (cancelled) => {
          release.run(id);
          alongside(cancelled);
        },
      ),
    requestCancel: (id: string, alongside: (job: Job) => void) =>
      move(() => requestCancel.get({ id, at: at() }), alongside),
  };
}
