// The tables of ops.db for the named sheets. Times are ISO 8601 UTC.
import { sql } from 'drizzle-orm';
import { check, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core';

/** The named sheets. `tabs`: how their tabs are named there, as JSON; null: as usual. */
export const source = sqliteTable(
  'source',
  {
    name: text().primaryKey(),
    kind: text().notNull(),
    place: text().notNull(),
    tabs: text(),
    /** Null: as it was at the first start. */
    changed_at: text(),
    changed_by: text(),
  },
  (table) => [
    unique('source_place').on(table.kind, table.place),
    check('source_kind', sql`kind IN ('folder', 'xlsx', 'google')`),
  ],
);

/** The last check of a named sheet, its last runs, and since when it has changed. Steps, hashes and runs are JSON. */
export const sourceState = sqliteTable(
  'source_state',
  {
    name: text().primaryKey(),
    checked_at: text(),
    check_status: text(),
    check_text: text(),
    check_steps: text(),
    row_count: integer(),
    seen_hash: text(),
    /** The last import and export that wrote something. They outlive their jobs. */
    last_import: text(),
    last_export: text(),
    /** How the last of its jobs has ended, plans included. */
    last_job: text(),
    /** The time at which a change that is not imported yet was first seen. */
    changed_since: text(),
  },
  () => [check('source_state_status', sql`check_status IN ('ok', 'warning', 'error')`)],
);
