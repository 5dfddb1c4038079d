// The tables of ops.db for schedules and maintenance windows. Times are ISO 8601 UTC.
import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** `args` is JSON. `due_since`: due times after it are owed a row in `schedule_tick`. */
export const schedule = sqliteTable(
  'schedule',
  {
    name: text().primaryKey(),
    operation: text().notNull(),
    args: text().notNull(),
    reason: text(),
    confirm: text(),
    cron: text().notNull(),
    zone: text().notNull(),
    is_on: integer().notNull(),
    missed: text().notNull(),
    overlap: text().notNull(),
    due_since: text().notNull(),
    created_by: text().notNull(),
    created_at: text().notNull(),
    changed_by: text().notNull(),
    changed_at: text().notNull(),
  },
  () => [
    check('schedule_name', sql`length(name) BETWEEN 1 AND 40`),
    check('schedule_is_on', sql`is_on IN (0, 1)`),
    check('schedule_missed', sql`missed IN ('skip', 'once')`),
    check('schedule_overlap', sql`overlap IN ('skip', 'wait')`),
  ],
);

/** The outcome of each due time: at most one row, committed with the job that it started. */
export const scheduleTick = sqliteTable(
  'schedule_tick',
  {
    schedule: text().notNull(),
    due_at: text().notNull(),
    outcome: text().notNull(),
    why: text(),
    /** The code of the error that refused it. */
    code: text(),
    /** The number of the job that it started. */
    job: integer(),
    decided_at: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.schedule, table.due_at] }),
    check('schedule_tick_outcome', sql`outcome IN ('started', 'skipped', 'missed', 'refused')`),
    index('schedule_tick_due').on(table.due_at),
  ],
);

/** A window is planned until `begun_at`, starting until `entered_at`, active until `ended_at`. */
export const maintenanceWindow = sqliteTable(
  'maintenance_window',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    level: text().notNull(),
    reason: text().notNull(),
    starts_at: text().notNull(),
    ends_at: text().notNull(),
    begun_at: text(),
    entered_at: text(),
    ended_at: text(),
    ended_by: text(),
    created_by: text().notNull(),
    created_at: text().notNull(),
  },
  (table) => [
    check('maintenance_window_level', sql`level IN ('announce', 'frozen', 'drained', 'read_only')`),
    check('maintenance_window_reason', sql`length(reason) BETWEEN 5 AND 200`),
    index('maintenance_window_open').on(table.id).where(sql`ended_at IS NULL`),
  ],
);
