// Statements on workers, their control and their drains in ops.db. A worker process writes its own row and reads what it
// is wanted to do; the server does the rest.
import type { Db } from '../core/db/open.ts';
import type { ProcessIdentity } from '../jobs/job.ts';
import type { Control, Drain, LibraryLock, WorkerRow } from './state.ts';

/** What a worker tells of itself. */
export type Beat = Pick<
  WorkerRow,
  | 'state'
  | 'current_id'
  | 'current_title'
  | 'current_since'
  | 'processed'
  | 'failed'
  | 'rate_per_min'
  | 'speed_per_min'
  | 'p95_ms'
  | 'rss_bytes'
  | 'outage_since'
  | 'outage_error'
>;

/** What a worker tells that has done nothing yet. */
export const firstBeat: Readonly<Beat> = {
  state: 'idle',
  current_id: null,
  current_title: null,
  current_since: null,
  processed: 0,
  failed: 0,
  rate_per_min: 0,
  speed_per_min: null,
  p95_ms: null,
  rss_bytes: null,
  outage_since: null,
  outage_error: null,
};

export type WorkerRepository = ReturnType<typeof createWorkerRepository>;

const noControl: Control = { paused_at: null, paused_by: null, drain_id: null };
const holdsLibrary = `FROM job_claim WHERE name = 'library' AND mode = 'exclusive' AND held_at IS NOT NULL`;

export function createWorkerRepository(ops: Db, now: () => Date) {
  const at = () => now().toISOString();

  const living = ops.prepare('SELECT * FROM worker WHERE ended_at IS NULL ORDER BY length(name), name');
  const find = ops.prepare('SELECT * FROM worker WHERE name = ? AND ended_at IS NULL');
  const control = ops.prepare('SELECT paused_at, paused_by, drain_id FROM worker_control');
  const libraryLock = ops.prepare(
    `SELECT number, operation FROM job WHERE id = (SELECT job_id ${holdsLibrary} LIMIT 1)`,
  );
  const isHeldBack = ops
    .prepare(`
      SELECT EXISTS (SELECT 1 FROM worker_control WHERE paused_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM worker WHERE name = ? AND paused_at IS NOT NULL)
        OR EXISTS (SELECT 1 ${holdsLibrary})
    `)
    .pluck();
  /** What the operator wants of a name outlives its processes; everything else begins anew. */
  const register = ops.prepare(`
    INSERT INTO worker (name, claimant, owner, host, pid, pid_started, boot_id, started_at, heartbeat_at)
    VALUES (@name, @claimant, @owner, @host, @pid, @started, @bootId, @at, @at)
    ON CONFLICT (name) DO UPDATE SET claimant = @claimant, owner = @owner, host = @host, pid = @pid,
      pid_started = @started, boot_id = @bootId, started_at = @at, heartbeat_at = @at, state = 'idle',
      current_id = NULL, current_title = NULL, current_since = NULL, processed = 0, failed = 0, rate_per_min = 0,
      rss_bytes = NULL, outage_since = NULL, outage_error = NULL, lost_at = NULL, lost_reason = NULL,
      stalled_at = NULL, ended_at = NULL
  `);
  const beat = ops.prepare(`
    UPDATE worker SET state = @state, current_id = @current_id, current_title = @current_title,
      current_since = @current_since, processed = @processed, failed = @failed, rate_per_min = @rate_per_min,
      speed_per_min = coalesce(@speed_per_min, speed_per_min), p95_ms = @p95_ms, rss_bytes = @rss_bytes,
      outage_since = @outage_since, outage_error = @outage_error, heartbeat_at = @at, lost_at = NULL, lost_reason = NULL
    WHERE name = @name AND claimant = @claimant AND ended_at IS NULL
  `);
  const end = ops.prepare(
    'UPDATE worker SET ended_at = @at WHERE name = @name AND claimant = @claimant AND ended_at IS NULL',
  );
  const lose = ops.prepare(`
    UPDATE worker SET lost_at = @at, lost_reason = @reason, stalled_at = NULL
    WHERE name = @name AND claimant = @claimant AND lost_at IS NULL AND ended_at IS NULL
  `);
  const stall = ops.prepare('UPDATE worker SET stalled_at = @at WHERE name = @name AND claimant = @claimant');
  const pause = ops.prepare('UPDATE worker SET paused_at = @at, paused_by = @by WHERE name = @name');
  const resume = ops.prepare('UPDATE worker SET paused_at = NULL, paused_by = NULL WHERE name = @name');
  const resumeEach = ops.prepare('UPDATE worker SET paused_at = NULL, paused_by = NULL');
  const setControl = ops.prepare(`
    INSERT INTO worker_control (id, paused_at, paused_by, drain_id) VALUES (1, @paused_at, @paused_by, @drain_id)
    ON CONFLICT (id) DO UPDATE SET paused_at = @paused_at, paused_by = @paused_by, drain_id = @drain_id
  `);
  const activeDrain = ops.prepare('SELECT * FROM drain WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1');
  const findDrain = ops.prepare('SELECT * FROM drain WHERE id = ?');
  const insertDrain = ops.prepare(`
    INSERT INTO drain (started_at, started_by, timeout_sec, deadline_at, pending_before, forecast_left)
    VALUES (@started_at, @started_by, @timeout_sec, @deadline_at, @pending_before, @forecast_left) RETURNING *
  `);
  const endDrain = ops.prepare(`
    UPDATE drain SET ended_at = @at, outcome = @outcome, left_over = @left WHERE id = @id AND ended_at IS NULL
    RETURNING *
  `);

  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    /** Those that have not ended, by name. */
    living: () => living.all() as WorkerRow[],
    find: (name: string) => (find.get(name) as WorkerRow | undefined) ?? null,
    control: () => (control.get() as Control | undefined) ?? noControl,
    libraryLock: () => (libraryLock.get() as LibraryLock | undefined) ?? null,

    /** Whether the worker may not claim now: all are paused, it is, or a job holds the library for itself. */
    isHeldBack: (name: string) => isHeldBack.get(name) === 1,

    register(
      given: Pick<WorkerRow, 'name' | 'claimant' | 'owner' | 'host'>,
      process: ProcessIdentity | null,
    ) {
      const { pid = null, started = null, bootId = null } = process ?? {};
      register.run({ ...given, pid, started, bootId, at: at() });
    },
    /** False when the row is no longer that of this process. */
    beat: (who: { name: string; claimant: string }, told: Beat): boolean =>
      beat.run({ ...who, ...told, at: at() }).changes === 1,
    end: (who: { name: string; claimant: string }) =>
      end.run({ name: who.name, claimant: who.claimant, at: at() }),

    lose: ({ name, claimant }: WorkerRow, reason: string) => lose.run({ name, claimant, reason, at: at() }),
    stall: ({ name, claimant }: WorkerRow, isStalled: boolean) =>
      stall.run({ name, claimant, at: isStalled ? at() : null }),

    pause: (name: string, by: string) => pause.run({ name, by, at: at() }),
    resume: (name: string) => resume.run({ name }),
    resumeEach: () => resumeEach.run(),
    setControl: (wanted: Control) => setControl.run(wanted),

    activeDrain: () => (activeDrain.get() as Drain | undefined) ?? null,
    findDrain: (id: number) => (findDrain.get(id) as Drain | undefined) ?? null,
    insertDrain: (drain: Omit<Drain, 'id' | 'ended_at' | 'outcome' | 'left_over'>) =>
      insertDrain.get(drain) as Drain,
    /** Null when it has already ended. */
    endDrain: (id: number, outcome: NonNullable<Drain['outcome']>, left: number) =>
      (endDrain.get({ id, outcome, left, at: at() }) as Drain | undefined) ?? null,
  };
}
