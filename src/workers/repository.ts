// Statements on workers, their control and their drains in ops.db. A worker process writes its own row only.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { ProcessIdentity } from '../jobs/job.ts';
import { type Kind, kinds } from '../library/content.ts';
import { openKinds, type PausedKinds, readPausedKinds } from './paused-kinds.ts';
import { type Control, type Drain, type LibraryLock, nothingPaused, type WorkerRow } from './state.ts';

/** The report of a worker that has done nothing yet. */
export const firstBeat = {
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
} satisfies Partial<WorkerRow>;

/** A worker's report about itself. */
export type Beat = Pick<WorkerRow, keyof typeof firstBeat>;

type WorkerKey = Pick<WorkerRow, 'name' | 'claimant'>;

export type WorkerRepository = ReturnType<typeof createWorkerRepository>;

const holdsLibrary = `FROM job_claim WHERE name = 'library' AND mode = 'exclusive' AND held_at IS NOT NULL`;

const sql = {
  living: 'SELECT * FROM worker WHERE ended_at IS NULL ORDER BY length(name), name',
  find: 'SELECT * FROM worker WHERE name = ? AND ended_at IS NULL',
  control: 'SELECT paused_at, paused_by, pause_reason, drain_id FROM worker_control',
  libraryLock: `
    SELECT job.number, job.operation, held.id AS window, held.ends_at FROM (SELECT job_id ${holdsLibrary} LIMIT 1) AS claim
    LEFT JOIN job ON job.id = claim.job_id LEFT JOIN maintenance_window AS held ON claim.job_id = 'window:' || held.id
    WHERE job.number IS NOT NULL OR held.id IS NOT NULL
  `,
  pausedKinds: 'SELECT paused_kinds FROM worker_control',
  mayClaim: `
    SELECT (SELECT paused_kinds FROM worker_control) AS paused_kinds
    WHERE NOT EXISTS (SELECT 1 FROM worker_control WHERE paused_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM worker WHERE name = ? AND paused_at IS NOT NULL)
      AND NOT EXISTS (SELECT 1 ${holdsLibrary})
  `,
  /** A pause outlives the processes of its name; every other column starts anew. */
  register: `
    INSERT INTO worker (name, claimant, owner, host, pid, pid_started, boot_id, started_at, heartbeat_at)
    VALUES (@name, @claimant, @owner, @host, @pid, @started, @bootId, @at, @at)
    ON CONFLICT (name) DO UPDATE SET claimant = @claimant, owner = @owner, host = @host, pid = @pid,
      pid_started = @started, boot_id = @bootId, started_at = @at, heartbeat_at = @at, state = 'idle',
      current_id = NULL, current_title = NULL, current_since = NULL, processed = 0, failed = 0, rate_per_min = 0,
      rss_bytes = NULL, outage_since = NULL, outage_error = NULL, lost_at = NULL, lost_reason = NULL,
      stalled_at = NULL, ended_at = NULL
  `,
  beat: `
    UPDATE worker SET state = @state, current_id = @current_id, current_title = @current_title,
      current_since = @current_since, processed = @processed, failed = @failed, rate_per_min = @rate_per_min,
      speed_per_min = coalesce(@speed_per_min, speed_per_min), p95_ms = @p95_ms, rss_bytes = @rss_bytes,
      outage_since = @outage_since, outage_error = @outage_error, heartbeat_at = @at, lost_at = NULL, lost_reason = NULL
    WHERE name = @name AND claimant = @claimant AND ended_at IS NULL
  `,
  end: 'UPDATE worker SET ended_at = @at WHERE name = @name AND claimant = @claimant AND ended_at IS NULL',
  lose: `
    UPDATE worker SET lost_at = @at, lost_reason = @reason, stalled_at = NULL
    WHERE name = @name AND claimant = @claimant AND lost_at IS NULL AND ended_at IS NULL
  `,
  stall: 'UPDATE worker SET stalled_at = @at WHERE name = @name AND claimant = @claimant',
  pause: 'UPDATE worker SET paused_at = @at, paused_by = @by WHERE name = @name',
  resume: 'UPDATE worker SET paused_at = NULL, paused_by = NULL WHERE name = @name',
  resumeEach: 'UPDATE worker SET paused_at = NULL, paused_by = NULL',
  setControl: `
    INSERT INTO worker_control (id, paused_at, paused_by, pause_reason, drain_id)
    VALUES (1, @paused_at, @paused_by, @pause_reason, @drain_id)
    ON CONFLICT (id) DO UPDATE SET paused_at = @paused_at, paused_by = @paused_by, pause_reason = @pause_reason,
      drain_id = @drain_id
  `,
  setPausedKinds: `
    INSERT INTO worker_control (id, paused_kinds) VALUES (1, @kinds) ON CONFLICT (id) DO UPDATE SET paused_kinds = @kinds
  `,
  activeDrain: 'SELECT * FROM drain WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1',
  findDrain: 'SELECT * FROM drain WHERE id = ?',
  insertDrain: `
    INSERT INTO drain (started_at, started_by, timeout_sec, deadline_at, pending_before, forecast_left)
    VALUES (@started_at, @started_by, @timeout_sec, @deadline_at, @pending_before, @forecast_left) RETURNING *
  `,
  endDrain: `
    UPDATE drain SET ended_at = @at, outcome = @outcome, left_over = @open, paused_left = @paused
    WHERE id = @id AND ended_at IS NULL RETURNING *
  `,
};

export function createWorkerRepository(ops: Db, now: () => Date) {
  const at = () => now().toISOString();
  const statements = prepareAll(ops, sql);
  const first = <T>(row: unknown) => (row as T | undefined) ?? null;

  return {
    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),

    /** Those that have not ended, by name. */
    living: () => statements.living.all() as WorkerRow[],
    find: (name: string) => first<WorkerRow>(statements.find.get(name)),
    control: () => first<Control>(statements.control.get()) ?? nothingPaused,
    libraryLock: () => first<LibraryLock>(statements.libraryLock.get()),

    pausedKinds: () => readStoredKinds(statements.pausedKinds.get()),

    /** The kinds that the worker may claim now: none while all are paused, it is, or a job or window holds the library
     *  exclusively. */
    claimable(name: string): Kind[] {
      const free = statements.mayClaim.get(name);
      return free === undefined ? [] : openKinds(readStoredKinds(free));
    },

    register(worker: WorkerKey & Pick<WorkerRow, 'owner' | 'host'>, process: ProcessIdentity | null) {
      const { pid = null, started = null, bootId = null } = process ?? {};
      statements.register.run({ ...worker, pid, started, bootId, at: at() });
    },
    /** False when the row belongs to another process now. */
    beat: ({ name, claimant }: WorkerKey, beat: Beat): boolean =>
      statements.beat.run({ ...beat, name, claimant, at: at() }).changes === 1,
    end: ({ name, claimant }: WorkerKey) => statements.end.run({ name, claimant, at: at() }),

    lose: ({ name, claimant }: WorkerKey, reason: string) =>
      statements.lose.run({ name, claimant, reason, at: at() }),
    stall: ({ name, claimant }: WorkerKey, isStalled: boolean) =>
      statements.stall.run({ name, claimant, at: isStalled ? at() : null }),

    pause: (name: string, by: string) => statements.pause.run({ name, by, at: at() }),
    resume: (name: string) => statements.resume.run({ name }),
    resumeEach: () => statements.resumeEach.run(),
    setControl: (control: Control) => statements.setControl.run(control),
    setPausedKinds(paused: PausedKinds) {
      const isNone = openKinds(paused).length === kinds.length;
      statements.setPausedKinds.run({ kinds: isNone ? null : JSON.stringify(paused) });
    },

    activeDrain: () => first<Drain>(statements.activeDrain.get()),
    findDrain: (id: number) => first<Drain>(statements.findDrain.get(id)),
    insertDrain: (drain: Omit<Drain, 'id' | 'ended_at' | 'outcome' | 'left_over' | 'paused_left'>) =>
      statements.insertDrain.get(drain) as Drain,
    /** Null when it has already ended. */
    endDrain: (id: number, outcome: NonNullable<Drain['outcome']>, left: { open: number; paused: number }) =>
      first<Drain>(statements.endDrain.get({ ...left, id, outcome, at: at() })),
  };
}

/** No row is stored before the first pause. */
function readStoredKinds(row: unknown): PausedKinds {
  const { paused_kinds = null } = (row ?? {}) as { paused_kinds?: string | null };
  return readPausedKinds(paused_kinds);
}
