// Statements on jobs, their claims and their result rows. Every move is one guarded UPDATE … RETURNING: no row back
// means that someone else has moved the job, and null is given.
import type { Db } from '../db/open.ts';
import {
  type Claim,
  type Failure,
  type Job,
  type JobRow,
  type JobStatus,
  type Progress,
  parseJob,
  type ResultRow,
  statesBefore,
} from './job.ts';
import type { Place } from './locks.ts';
import type { Tombstone } from './pruning.ts';

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

export type ProcessIdentity = { pid: number; started: string | null; bootId: string | null };

export type JobRepository = ReturnType<typeof createJobRepository>;

export function createJobRepository(ops: Db, now: () => Date) {
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
  const setProcess = ops.prepare(`
    UPDATE job SET pid = @pid, pid_started = @started, boot_id = @bootId
    WHERE id = @id AND attempt = @attempt AND status = 'running'
  `);
  const setProgress = ops.prepare(`
    UPDATE job SET progress = @progress, log_bytes = @logBytes
    WHERE id = @id AND attempt = @attempt AND status = 'running' RETURNING *
  `);
  const setWarning = ops.prepare(`
    UPDATE job SET warning = @warning WHERE id = @id AND attempt = @attempt AND status = 'running' RETURNING *
  `);
  const setKillAt = ops.prepare(`
    UPDATE job SET kill_at = @killAt WHERE id = @id AND attempt = @attempt AND status = 'running' RETURNING *
  `);
  const setLogBytes = ops.prepare('UPDATE job SET log_bytes = @logBytes WHERE id = @id');
  const addUsage = ops.prepare(`
    UPDATE job SET peak_rss_bytes = coalesce(max(peak_rss_bytes, @peakRssBytes), peak_rss_bytes, @peakRssBytes),
      cpu_sec = coalesce(cpu_sec + @cpuSec, cpu_sec, @cpuSec)
    WHERE id = @id
  `);
  const finish = ops.prepare(`
    UPDATE job SET status = @status, result = @result, failure = @failure, finished_at = @at, pid = NULL
    WHERE id = @id AND attempt = @attempt AND status IN (${oneOf(statesBefore('succeeded', 'runner'))}) RETURNING *
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
  const insertRow = ops.prepare(`
    INSERT INTO job_row (job_id, seq, ref, outcome, message)
    SELECT @jobId, coalesce(max(seq), 0) + 1, @ref, @outcome, @message FROM job_row WHERE job_id = @jobId
  `);
  const dropRows = ops.prepare('DELETE FROM job_row WHERE job_id = ?');

  /** A job that claims nothing has a place all the same: a claim without a name, which is in nobody's way. */
  function joinLine(jobId: string, wanted: Claim[]) {
    const place = nextPlace.get();
    const rows = wanted.length > 0 ? wanted : [{ name: '', mode: 'shared' }];
    for (const claim of rows) insertClaim.run({ jobId, place, ...claim });
  }

  /** Runs a move, and with it what must be committed together with it. */
  const move = (statement: () => unknown, alongside: (job: Job) => void): Job | null =>
    ops.transaction(() => {
      const job = read(statement());
      if (job) alongside(job);
      return job;
    })();

  return {
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

    /** Rows that an earlier attempt has reported are those of work that was not done. */
    start: (id: string) =>
      move(
        () => start.get({ id, at: at() }),
        () => {
          hold.run({ id, at: at() });
          dropRows.run(id);
        },
      ),
    setProcess(job: Job, { pid, started, bootId }: ProcessIdentity) {
      setProcess.run({ id: job.id, attempt: job.attempt, pid, started, bootId });
    },
    setProgress(job: Job, progress: Progress | null, logBytes: number): Job | null {
      const text = progress && JSON.stringify(progress);
      return read(setProgress.get({ id: job.id, attempt: job.attempt, progress: text, logBytes }));
    },
    setWarning: (job: Job, warning: string | null): Job | null =>
      read(setWarning.get({ id: job.id, attempt: job.attempt, warning })),
    setKillAt: (job: Job, killAt: Date): Job | null =>
      read(setKillAt.get({ id: job.id, attempt: job.attempt, killAt: killAt.toISOString() })),
    setLogBytes: (job: Job, logBytes: number) => setLogBytes.run({ id: job.id, logBytes }),
    /** Of all attempts together: the highest peak, the sum of the time. */
    addUsage(job: Job, usage: { peakRssBytes: number | null; cpuSec: number | null }) {
      addUsage.run({ id: job.id, ...usage });
    },
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
          release.run(job.id);
          alongside(finished);
        },
      );
    },
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
          release.run(job.id);
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
          release.run(job.id);
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

    addRows(jobId: string, rows: Omit<ResultRow, 'seq'>[]) {
      ops.transaction(() => {
        for (const row of rows) insertRow.run({ jobId, ...row });
      })();
    },
  };
}
