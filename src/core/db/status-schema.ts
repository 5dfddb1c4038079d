// The tables of ops.db for objectives, incidents, documents, runs of runbooks, and canaries. Times are ISO 8601 UTC unless a
// column says otherwise.
import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** An objective that differs from its default; the definitions are in code. */
export const objective = sqliteTable(
  'objective',
  {
    name: text().primaryKey(),
    /** A share between 0 and 1. */
    target: real().notNull(),
    window_days: integer().notNull(),
    threshold_ms: integer(),
    is_on: integer().notNull(),
    changed_at: text().notNull(),
    changed_by: text().notNull(),
  },
  () => [
    check('objective_target', sql`target >= 0.5 AND target < 1`),
    check('objective_window', sql`window_days BETWEEN 7 AND 90`),
    check('objective_is_on', sql`is_on IN (0, 1)`),
  ],
);

/** Good events of all events in a minute or an hour; `at`: its start, in seconds since 1970. */
export const objectiveTally = sqliteTable(
  'objective_tally',
  {
    name: text().notNull(),
    /** Seconds: 60 or 3600. */
    span: integer().notNull(),
    at: integer().notNull(),
    good: integer().notNull(),
    total: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.name, table.span, table.at] }),
    index('objective_tally_at').on(table.span, table.at),
  ],
);

export const incident = sqliteTable(
  'incident',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    title: text().notNull(),
    /** 1 is the most severe. */
    severity: integer().notNull(),
    status: text().notNull(),
    summary: text().notNull(),
    /** JSON lists of texts. */
    services: text().notNull(),
    tags: text().notNull(),
    owner: text(),
    source: text().notNull(),
    /** The cause that opened it, as an audit target: `finding:12`, `job:412`, `error:7`. */
    source_ref: text(),
    /** The slug of a runbook. */
    runbook: text(),
    opened_at: text().notNull(),
    opened_by: text().notNull(),
    mitigated_at: text(),
    closed_at: text(),
    /** It is to be mitigated by then. */
    due_at: text().notNull(),
    resolution: text(),
  },
  (table) => [
    check('incident_severity', sql`severity BETWEEN 1 AND 4`),
    check('incident_status', sql`status IN ('open', 'mitigated', 'closed')`),
    check('incident_source', sql`source IN ('hand', 'finding', 'job', 'error')`),
    index('incident_listed').on(table.status, table.severity, table.number),
    index('incident_source_ref').on(table.source_ref),
    /** The figures read nothing else. */
    index('incident_opened').on(table.opened_at, table.mitigated_at, table.due_at),
    index('incident_due').on(table.status, table.due_at),
  ],
);

/** The timeline of an incident. Triggers refuse changes and removals. */
export const incidentEntry = sqliteTable(
  'incident_entry',
  {
    incident: integer().notNull(),
    seq: integer().notNull(),
    at: text().notNull(),
    actor: text().notNull(),
    kind: text().notNull(),
    text: text().notNull(),
    /** The thing that it names, as an audit target: `run:14`. */
    ref: text(),
  },
  (table) => [
    primaryKey({ columns: [table.incident, table.seq] }),
    check('incident_entry_kind', sql`kind IN ('note', 'status', 'severity', 'link', 'finding', 'job')`),
    index('incident_entry_ref').on(table.ref),
  ],
);

/** A step of a run or an action item of an incident. */
export const checklistItem = sqliteTable(
  'checklist_item',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** An audit target: `run:14`, `incident:7`. */
    of: text().notNull(),
    n: integer().notNull(),
    text: text().notNull(),
    owner: text(),
    due: text(),
    state: text().notNull(),
    /** The last change of the state. */
    at: text(),
    actor: text(),
    note: text(),
    /** The number of the job that a step has started. */
    job: integer(),
  },
  (table) => [
    check('checklist_item_state', sql`state IN ('open', 'done', 'skipped', 'failed')`),
    index('checklist_item_of').on(table.of, table.n),
    index('checklist_item_state_index').on(table.state),
    index('checklist_item_job').on(table.job),
  ],
);

/** The current version of a text that people write. */
export const document = sqliteTable(
  'document',
  {
    kind: text().notNull(),
    slug: text().notNull(),
    title: text().notNull(),
    /** Markdown. */
    body: text().notNull(),
    version: integer().notNull(),
    owner: text(),
    /** A JSON list of texts. */
    tags: text().notNull(),
    priority: text(),
    prerequisites: text(),
    rollback: text(),
    review_days: integer(),
    reviewed_at: text(),
    by: text().notNull(),
    at: text().notNull(),
    /** A removed one is not listed; it keeps its versions and can come back. */
    removed_at: text(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.slug] }),
    check('document_kind', sql`kind IN ('runbook', 'post_mortem', 'note')`),
  ],
);

export const documentVersion = sqliteTable(
  'document_version',
  {
    kind: text().notNull(),
    slug: text().notNull(),
    version: integer().notNull(),
    title: text().notNull(),
    body: text().notNull(),
    owner: text(),
    tags: text().notNull(),
    priority: text(),
    prerequisites: text(),
    rollback: text(),
    review_days: integer(),
    by: text().notNull(),
    at: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.slug, table.version] })],
);

/** A run of a runbook; its steps are rows of `checklist_item`. */
export const run = sqliteTable(
  'run',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    slug: text().notNull(),
    version: integer().notNull(),
    incident: integer(),
    started_at: text().notNull(),
    started_by: text().notNull(),
    ended_at: text(),
    outcome: text(),
  },
  (table) => [
    check('run_outcome', sql`outcome IN ('done', 'stopped')`),
    index('run_slug').on(table.slug, table.number),
    index('run_incident').on(table.incident),
  ],
);

/** A query whose search must find the entry among its first hits. The entry may have left the library since. */
export const canary = sqliteTable(
  'canary',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    query: text().notNull().unique(),
    kind: text().notNull(),
    entity_id: text().notNull(),
    created_at: text().notNull(),
    created_by: text().notNull(),
  },
  () => [
    check('canary_kind', sql`kind IN ('experience', 'manual')`),
    check('canary_query', sql`length(query) BETWEEN 1 AND 500`),
  ],
);
