// Moves jobs between their states. Each move is one guarded UPDATE … RETURNING; null when another was faster.
import { type Db, prepareAll, withoutSync } from '../core/db/open.ts';
import { type Claim, type Failure, type Job, type JobRow, parseJob, statesBefore } from './job.ts';
import type { Claims } from './repository-claims.ts';
import type { Reports } from './repository-reports.ts';

/** How a running attempt ended. */
export type Ending = {
  status: 'succeeded' | 'failed' | 'cancelled';
  result?: Record<string, unknown> | null;
  failure?: Failure | null;
};

/** Writes what must be committed together with a move. */
type Alongside = (moved: Job) => void;

const from = (...states: string[]) => `status IN (${states.map((state) => `'${state}'`).join(', ')})`;
/** A waiting job fails when it may not start any more. */
const waiting = statesBefore('failed', 'runner').filter((status) => status !== 'running');

const sql = {
  start: `
    UPDATE job SET status = 'running', attempt = attempt + 1, started_at = @at, next_attempt_at = NULL,
      progress = NULL, failure = NULL, pid = NULL, warning = NULL, kill_at = NULL, tracking = NULL,
      left_processes = NULL
    WHERE id = @id AND ${from(...statesBefore('running', 'runner'))} RETURNING *
  `,
  finish: `
    UPDATE job SET status = @status, result = @result, failure = @failure, finished_at = @at
    WHERE id = @id AND attempt = @attempt AND ${from(...statesBefore('succeeded', 'runner'))} RETURNING *
  `,
  refuse: `
    UPDATE job SET status = 'failed', failure = @failure, finished_at = @at, next_attempt_at = NULL
    WHERE id = @id AND ${from(...waiting)} RETURNING *
  `,
  retryLater: `
    UPDATE job SET status = 'retrying', failure = @failure, next_attempt_at = @nextAt
    WHERE id = @id AND attempt = @attempt AND ${from(...statesBefore('retrying', 'runner'))} RETURNING *
  `,
  requeueDue: `
    UPDATE job SET status = 'queued' WHERE id = @id AND ${from(...statesBefore('queued', 'clock'))} RETURNING *
  `,
  requeueLost: `
    UPDATE job SET status = 'queued'
    WHERE id = @id AND attempt = @attempt AND ${from(...statesBefore('queued', 'recovery'))} RETURNING *
  `,
  cancelWaiting: `
    UPDATE job SET status = 'cancelled', cancel_requested_at = @at, finished_at = @at, next_attempt_at = NULL
    WHERE id = @id AND ${from(...statesBefore('cancelled', 'operator'))} RETURNING *
  `,
  requestCancel: `
    UPDATE job SET cancel_requested_at = @at
    WHERE id = @id AND status = 'running' AND cancel_requested_at IS NULL RETURNING *
  `,
};

export function createJobMoves(given: { ops: Db; claims: Claims; reports: Reports; at: () => string }) {
  const { ops, claims, reports, at } = given;
  const statements = prepareAll(ops, sql);
  const { starting, ending, finishing, ...listen } = createWriters();

  return {
    ...listen,
    /** Keeps its position in the lock queue and holds its claims. Not synced: its process is, before the script begins. */
    start: (id: string) => withoutSync(ops, () => move('start', { id, at: at() }, ...starting, holdClaims)),
    finish({ id, attempt }: Job, { status, result = null, failure = null }: Ending, alongside: Alongside) {
      const ended = { id, attempt, status, at: at(), result: toJson(result), failure: toJson(failure) };
      return move('finish', ended, endAttempt, ...ending, ...finishing, alongside);
    },
    /** Fails a job that waits. */
    refuse: (id: string, failure: Failure, alongside: Alongside) =>
      move('refuse', { id, at: at(), failure: toJson(failure) }, releaseClaims, alongside),
    retryLater({ id, attempt }: Job, failure: Failure, nextAt: Date, alongside: Alongside) {
      const next = { id, attempt, failure: toJson(failure), nextAt: nextAt.toISOString() };
      return move('retryLater', next, endAttempt, ...ending, alongside);
    },
    /** After the back-off: joins the lock queue again, at its end. */
    requeueDue: (id: string, wanted: Claim[]) => move('requeueDue', { id }, () => claims.join(id, wanted)),
    /** Joins the lock queue again, at its end, with the claims it had. */
    requeueLost: ({ id, attempt }: Job, alongside: Alongside) =>
      move('requeueLost', { id, attempt }, rejoin, ...ending, alongside),
    cancelWaiting: (id: string, alongside: Alongside) =>
      move('cancelWaiting', { id, at: at() }, releaseClaims, alongside),
    requestCancel: (id: string, alongside: Alongside) => move('requestCancel', { id, at: at() }, alongside),
  };

  function move(name: keyof typeof sql, values: Record<string, unknown>, ...alongside: Alongside[]) {
    return ops.transaction(() => {
      const row = statements[name].get(values) as JobRow | undefined;
      if (!row) return null;
      const moved = parseJob(row);
      for (const write of alongside) write(moved);
      return moved;
    })();
  }

  function holdClaims({ id }: Job) {
    claims.hold(id, at());
    reports.dropRows(id);
    reports.dropSamples(id);
  }

  function rejoin({ id }: Job) {
    claims.rejoin(id);
    reports.dropProcesses(id);
  }

  function releaseClaims({ id }: Job) {
    claims.release(id);
  }

  /** A job that does not run claims nothing, and none of its processes is left. */
  function endAttempt({ id }: Job) {
    claims.release(id);
    reports.dropProcesses(id);
  }
}

/** Keeps the writers of other features, which write together with the moves. */
function createWriters() {
  const [starting, ending, finishing]: [Alongside[], Alongside[], Alongside[]] = [[], [], []];
  return {
    starting,
    ending,
    finishing,
    /** Adds writers of the start of each attempt, before it holds its claims, and of its end. */
    onAttempt(started: Alongside, ended: Alongside) {
      starting.push(started);
      ending.push(ended);
    },
    /** Adds a writer of the end of each attempt that ends a job. */
    onFinish: (write: Alongside) => void finishing.push(write),
  };
}

function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
