// Tables of ops.db, from which drizzle derives migrations and row types. Times are ISO 8601 UTC text.
import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { type MetricName, metricNames } from './metrics.ts';

export const job = sqliteTable(
  'job',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    operation: text().notNull(),
    status: text().notNull(),
    mode: text().notNull(),
    requested_by: text().notNull(),
    request_id: text(),
    /** The W3C header of the part of a trace that has started it; null outside a trace. */
    traceparent: text(),
    reason: text(),
    args: text().notNull(),
    attempt: integer().notNull().default(0),
    max_attempts: integer().notNull().default(1),
    created_at: text().notNull(),
    started_at: text(),
    finished_at: text(),
    next_attempt_at: text(),
    cancel_requested_at: text(),
    /** When a job that is stopping will be killed. */
    kill_at: text(),
    /** A warning about a running job, e.g. that it exceeds its soft limit. */
    warning: text(),
    progress: text(),
    result: text(),
    failure: text(),
    retry_of: integer(),
    /** The name of the schedule that started it. */
    schedule: text(),
    is_made_up: integer().notNull().default(0),
    /** It overrides maintenance windows: it waits for jobs only. */
    ignores_windows: integer().notNull().default(0),
    pid: integer(),
    pid_started: text(),
    boot_id: text(),
    /** How the processes of the last attempt were tracked; null before its start. */
    tracking: text(),
    /** Processes that were left at its end and had to be ended, with their fate; JSON. */
    left_processes: text(),
    peak_rss_bytes: integer(),
    cpu_sec: real(),
    log_bytes: integer().notNull().default(0),
  },
  (table) => [
    check('job_status', sql`status IN ('queued', 'running', 'retrying', 'succeeded', 'failed', 'cancelled')`),
    index('job_operation').on(table.operation, table.number),
    index('job_status_number').on(table.status, table.number),
    index('job_operation_status').on(table.operation, table.status, table.number),
    index('job_created').on(table.created_at),
    index('job_retry_of').on(table.retry_of),
    index('job_status_finished').on(table.status, table.finished_at),
    index('job_schedule').on(table.schedule, table.number).where(sql`schedule IS NOT NULL`),
    index('job_ended')
      .on(table.operation, table.schedule, table.finished_at)
      .where(sql`status IN ('succeeded', 'failed')`),
  ],
);

/** The claims of a job, or of a maintenance window (`window:3`), in the lock queue; `place` is its position, `held_at` is set
 *  while it runs. */
export const jobClaim = sqliteTable(
  'job_claim',
  {
    job_id: text().notNull(),
    name: text().notNull(),
    mode: text().notNull(),
    place: integer().notNull(),
    held_at: text(),
  },
  (table) => [
    primaryKey({ columns: [table.job_id, table.name] }),
    check('job_claim_mode', sql`mode IN ('shared', 'exclusive')`),
    index('job_claim_place').on(table.place),
  ],
);

/** Processes of running jobs that only these rows find after a crash: keepers of namespaces, and descendants that left the
 *  process group and environment. */
export const jobProcess = sqliteTable(
  'job_process',
  {
    job_id: text().notNull(),
    pid: integer().notNull(),
    pid_started: text(),
    boot_id: text(),
  },
  (table) => [primaryKey({ columns: [table.job_id, table.pid] })],
);

/** Result rows reported by a script, one per input row. */
export const jobRow = sqliteTable(
  'job_row',
  {
    job_id: text().notNull(),
    seq: integer().notNull(),
    ref: text(),
    outcome: text().notNull(),
    message: text(),
  },
  (table) => [
    primaryKey({ columns: [table.job_id, table.seq] }),
    index('job_row_outcome').on(table.job_id, table.outcome, table.seq),
  ],
);

/** Counts of result rows by outcome, maintained by triggers, because a job may report hundreds of thousands. */
export const jobRowCount = sqliteTable(
  'job_row_count',
  {
    job_id: text().notNull(),
    outcome: text().notNull(),
    rows: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.job_id, table.outcome] })],
);

/** The tombstone of a job removed by retention, so that its link still shows what it was. */
export const prunedJob = sqliteTable('pruned_job', {
  number: integer().primaryKey(),
  id: text().notNull().unique(),
  operation: text().notNull(),
  status: text().notNull(),
  finished_at: text().notNull(),
  pruned_at: text().notNull(),
});

/** Counts of jobs by operation and status, maintained by triggers, so that no page counts the history. */
export const jobCount = sqliteTable(
  'job_count',
  {
    operation: text().notNull(),
    status: text().notNull(),
    jobs: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.operation, table.status] })],
);

/** Counts of jobs by the UTC hour in which they were requested (`2026-11-28T14`), maintained by triggers. */
export const jobHour = sqliteTable(
  'job_hour',
  {
    hour: text().notNull(),
    operation: text().notNull(),
    status: text().notNull(),
    jobs: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.hour, table.operation, table.status] })],
);

/** Memory and CPU of a job's processes over its last attempt, thinned to at most 200 rows; `at_ms` is since 1970. */
export const jobSample = sqliteTable(
  'job_sample',
  {
    job_id: text().notNull(),
    at_ms: integer().notNull(),
    rss_bytes: integer().notNull(),
    cpu_percent: real().notNull(),
  },
  (table) => [primaryKey({ columns: [table.job_id, table.at_ms] })],
);

export const audit = sqliteTable(
  'audit',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    at: text().notNull(),
    actor: text().notNull(),
    event: text().notNull(),
    target: text(),
    outcome: text().notNull(),
    reason: text(),
    detail: text(),
    peer: text(),
    request_id: text(),
    /** Links the row to the one before it; null before the chain started. */
    hash: text(),
  },
  (table) => [
    check('audit_outcome', sql`outcome IN ('ok', 'refused', 'failed')`),
    index('audit_event').on(table.event, table.id),
    index('audit_target').on(table.target, table.id),
    index('audit_trouble').on(table.outcome, table.id).where(sql`outcome <> 'ok'`),
  ],
);

/** The worker processes, one row per name: the worker's own reports, the operator's settings (`paused_at`), the server's
 *  findings (`lost_at`, `stalled_at`). `pid` null: it is starting. `ended_at`: it has ended, or its loss is settled. */
export const worker = sqliteTable(
  'worker',
  {
    name: text().primaryKey(),
    /** Its identity at the queue, new for each process, so that a late write is never mistaken for its successor's. */
    claimant: text().notNull(),
    owner: text().notNull(),
    host: text().notNull(),
    pid: integer(),
    pid_started: text(),
    boot_id: text(),
    state: text().notNull().default('idle'),
    current_id: text(),
    current_title: text(),
    current_since: text(),
    processed: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    /** Entries embedded in the last minute, and its rate per minute while the queue is not empty. */
    rate_per_min: integer().notNull().default(0),
    speed_per_min: real(),
    /** The 95th percentile of its batch durations. */
    p95_ms: integer(),
    rss_bytes: integer(),
    /** When the embedding service stopped answering, and its last error. */
    outage_since: text(),
    outage_error: text(),
    started_at: text().notNull(),
    heartbeat_at: text().notNull(),
    paused_at: text(),
    paused_by: text(),
    lost_at: text(),
    /** The reason of the loss, if known. */
    lost_reason: text(),
    stalled_at: text(),
    ended_at: text(),
  },
  () => [
    check('worker_owner', sql`owner IN ('server', 'hand')`),
    check('worker_state', sql`state IN ('idle', 'working', 'paused')`),
  ],
);

/** One row: whether all workers are paused, by whom and why, and the drain that paused them. `paused_kinds` is JSON: by kind of
 *  entry, since when and by whom it is paused. */
export const workerControl = sqliteTable('worker_control', {
  id: integer().primaryKey(),
  paused_at: text(),
  paused_by: text(),
  pause_reason: text(),
  paused_kinds: text(),
  drain_id: integer(),
});

/** The drains. `ended_at` null: running, until the queue is empty or `deadline_at` (wall clock) has passed. */
export const drain = sqliteTable(
  'drain',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    started_at: text().notNull(),
    started_by: text().notNull(),
    timeout_sec: integer().notNull(),
    deadline_at: text().notNull(),
    pending_before: integer().notNull(),
    /** How many entries were expected to be left, from the measured speed; null without a measurement. */
    forecast_left: integer(),
    ended_at: text(),
    outcome: text(),
    left_over: integer(),
    /** How many entries of paused kinds waited at the end, which a drain leaves; `left_over` does not count them. */
    paused_left: integer(),
  },
  () => [check('drain_outcome', sql`outcome IN ('drained', 'timed_out', 'cancelled')`)],
);

/** SQLite stores whole numbers as integers. */
const readings = Object.fromEntries(metricNames.map((name) => [name, real()])) as Record<
  MetricName,
  ReturnType<typeof real>
>;

/** One sample; `at` is in seconds since 1970. A missing row is a gap. */
export const sample = sqliteTable('sample', { at: integer().primaryKey(), ...readings });

/** Five minutes of samples in up to three rows: `part` is `avg` (average, sum or last value, per metric), `min` or `max`. */
export const sampleRollup = sqliteTable(
  'sample_rollup',
  { at: integer().notNull(), part: text().notNull(), ...readings },
  (table) => [
    primaryKey({ columns: [table.at, table.part] }),
    check('sample_rollup_part', sql`part IN ('avg', 'min', 'max')`),
  ],
);
