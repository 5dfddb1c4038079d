// The tables of ops.db for errors and flags. Times are ISO 8601 UTC. log.db has the tables of mere observations.
import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Errors with the same fingerprint, which is the SHA-256 of `source`, `code`, `place`, `frame` and `line`. */
export const errorGroup = sqliteTable(
  'error_group',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    fingerprint: text().notNull().unique(),
    /** The first line of the first one, masked. */
    title: text().notNull(),
    source: text().notNull(),
    code: text().notNull(),
    /** A route pattern or an operation. */
    place: text().notNull(),
    /** The first frame of this project, as function and file. */
    frame: text(),
    /** The first line without the parts that vary. */
    line: text().notNull(),
    first_at: text().notNull(),
    last_at: text().notNull(),
    times: integer().notNull(),
    first_version: text().notNull(),
    state: text().notNull(),
    changed_at: text(),
    changed_by: text(),
    /** The version that resolved it, and when it was seen again after that. */
    resolved_version: text(),
    came_back_at: text(),
    /** JSON: the newest one, masked. */
    sample: text().notNull(),
  },
  (table) => [
    check('error_group_source', sql`source IN ('server', 'job', 'worker')`),
    check('error_group_state', sql`state IN ('open', 'resolved', 'muted')`),
    index('error_group_last').on(table.state, table.last_at),
  ],
);

/** How often a group was seen in a UTC hour (`2026-11-28T14`). */
export const errorHour = sqliteTable(
  'error_hour',
  {
    group_id: integer().notNull(),
    hour: text().notNull(),
    times: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.group_id, table.hour] }), index('error_hour_hour').on(table.hour)],
);

/** A flag that differs from its default; the definitions are in code. */
export const flag = sqliteTable(
  'flag',
  {
    key: text().primaryKey(),
    is_on: integer().notNull(),
    percent: integer().notNull(),
    note: text(),
    changed_at: text().notNull(),
    changed_by: text().notNull(),
  },
  () => [check('flag_is_on', sql`is_on IN (0, 1)`), check('flag_percent', sql`percent BETWEEN 0 AND 100`)],
);

/** The last read of a flag, written at most once an hour, and since when it has the default, if it has. */
export const flagRead = sqliteTable('flag_read', {
  key: text().primaryKey(),
  since: text().notNull(),
  read_at: text(),
});

/** The newest entries that were embedded again, and how similar the vector was to the stored one (1: the same). */
export const vectorRecheck = sqliteTable(
  'vector_recheck',
  {
    kind: text().notNull(),
    entry_id: text().notNull(),
    model: text().notNull(),
    similarity: real().notNull(),
    checked_at: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.entry_id] }),
    index('vector_recheck_checked').on(table.checked_at),
  ],
);
