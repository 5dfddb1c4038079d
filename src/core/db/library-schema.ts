// Tables of chl.db, from which drizzle derives migrations and row types. Ours have the prefix ops_; the others are CHL's.
import { sql } from 'drizzle-orm';
import { blob, check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const categories = sqliteTable('categories', {
  code: text().primaryKey(),
  name: text().notNull().unique(),
  description: text(),
  created_at: text().notNull(),
});

const entryColumns = () => ({
  source: text().notNull(),
  sync_status: integer().notNull(),
  author: text(),
  embedding_status: text().notNull().default('pending'),
  created_at: text().notNull(),
  updated_at: text().notNull(),
  synced_at: text(),
  exported_at: text(),
});

const categoryCode = () =>
  text()
    .notNull()
    .references(() => categories.code, { onDelete: 'cascade' });

export const experiences = sqliteTable(
  'experiences',
  {
    id: text().primaryKey(),
    category_code: categoryCode(),
    section: text().notNull(),
    title: text().notNull(),
    playbook: text().notNull(),
    context: text(),
    ...entryColumns(),
  },
  (table) => [
    check('experiences_embedding_status', sql`embedding_status IN ('pending', 'embedded', 'failed')`),
    index('ops_experiences_listed').on(table.category_code, table.id, table.embedding_status),
    index('ops_experiences_waiting').on(table.embedding_status, table.updated_at),
  ],
);

export const categoryManuals = sqliteTable(
  'category_manuals',
  {
    id: text().primaryKey(),
    category_code: categoryCode(),
    title: text().notNull(),
    content: text().notNull(),
    summary: text(),
    ...entryColumns(),
  },
  (table) => [
    check('category_manuals_embedding_status', sql`embedding_status IN ('pending', 'embedded', 'failed')`),
    index('ops_category_manuals_listed').on(table.category_code, table.id, table.embedding_status),
    index('ops_category_manuals_waiting').on(table.embedding_status, table.updated_at),
  ],
);

/** `embedding_data` is little-endian float32; `content_hash` is our column, null in rows of other programs. */
export const embeddings = sqliteTable(
  'embeddings',
  {
    entity_id: text().notNull(),
    entity_type: text().notNull(),
    model_name: text().notNull(),
    model_version: text().notNull(),
    embedding_dimension: integer().notNull(),
    embedding_data: blob({ mode: 'buffer' }).notNull(),
    created_at: text().notNull(),
    content_hash: text(),
  },
  (table) => [
    index('ops_embeddings_newest').on(
      table.entity_id,
      table.entity_type,
      table.created_at,
      table.model_name,
      table.content_hash,
    ),
  ],
);

/** The result of a job, written in the transaction that changed the library; recovery reads it. */
export const applied = sqliteTable(
  'ops_applied',
  {
    job_id: text().notNull(),
    attempt: integer().notNull(),
    revision: integer().notNull(),
    result: text().notNull(),
    applied_at: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.job_id, table.attempt] })],
);

/** The named source whose import has added an entry, and that job's id (empty for a script run by hand). An entry that came
 *  in another way has no row. Triggers remove it when any program removes the entry. */
export const origin = sqliteTable(
  'ops_origin',
  {
    entity_type: text().notNull(),
    entity_id: text().notNull(),
    source: text().notNull(),
    job: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.entity_type, table.entity_id] })],
);

/** The queue state of an entry beyond its `embedding_status`: a row exists only while the entry is claimed, waiting for a
 *  retry, or failed. Triggers remove it when any program embeds, changes or removes the entry. `error` is the last one. */
export const embeddingTask = sqliteTable(
  'ops_embedding_task',
  {
    entity_type: text().notNull(),
    entity_id: text().notNull(),
    attempts: integer().notNull().default(0),
    /** How many processes have died while embedding the entry. */
    deaths: integer().notNull().default(0),
    next_attempt_at: text(),
    error: text(),
    failed_at: text(),
    claimed_by: text(),
    fence: integer().notNull(),
    lease_until: text(),
  },
  (table) => [
    primaryKey({ columns: [table.entity_type, table.entity_id] }),
    index('ops_embedding_task_claimed_by').on(table.claimed_by).where(sql`claimed_by IS NOT NULL`),
    index('ops_embedding_task_failed_at').on(table.failed_at).where(sql`failed_at IS NOT NULL`),
  ],
);

/** One row. `revision` grows with every change of text or categories; `writer` is `<job id>.<attempt>`. The counts are of
 *  all, pending and failed entries; `pending_since` is when the queue became non-empty. Triggers maintain every column
 *  except `writer`, `fence` (of the last claim) and the embedding model. */
export const libraryState = sqliteTable('ops_library_state', {
  id: integer().primaryKey(),
  revision: integer().notNull(),
  writer: text(),
  experiences: integer().notNull().default(0),
  experiences_pending: integer().notNull().default(0),
  experiences_failed: integer().notNull().default(0),
  manuals: integer().notNull().default(0),
  manuals_pending: integer().notNull().default(0),
  manuals_failed: integer().notNull().default(0),
  pending_since: text(),
  /** The entry and status that an INSERT OR REPLACE is about to remove without firing a trigger. */
  replaced_experience: text(),
  replaced_manual: text(),
  replaced_status: text(),
  /** 1 within a transaction that updates counts and tasks itself, once per batch. */
  is_settling: integer().notNull().default(0),
  fence: integer().notNull().default(0),
  embedding_model: text(),
  embedding_dimension: integer(),
});
