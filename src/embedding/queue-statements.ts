// The prepared statements of the embedding queue on chl.db. Triggers of the library keep the counts and remove the task of an
// entry that is embedded, changed or removed. Times are ISO 8601 UTC and compare as text.
import type { Db } from '../core/db/open.ts';
import { beginSettling } from '../library/repository.ts';
import { entryTables, type EntryText, forKinds, type Kind } from '../library/content.ts';
import type { EntryKey, FailedEntry } from './queue.ts';

export type DueRow = EntryText & { id: string; attempts: number };

export type Waiting = { pending_since: string | null } & Record<Kind, string | null>;

export type QueueStatements = ReturnType<typeof prepareQueue>;

export function prepareQueue(db: Db) {
  return {
    ...prepareTasks(db),
    ...prepareEmbeddings(db),
    due: forKinds((kind) => prepareDue(db, kind)),
    entries: forKinds((kind) => prepareEntries(db, kind)),
    failed: prepareFailed(db),
    nextFence: db
      .prepare<[], number>('UPDATE ops_library_state SET fence = fence + 1 RETURNING fence')
      .pluck(),
    lastFence: db.prepare<[], number>('SELECT fence FROM ops_library_state').pluck(),
    beginSettling: db.prepare(beginSettling),
    endSettling: db.prepare(
      `UPDATE ops_library_state SET is_settling = 0, experiences_pending = experiences_pending - ?,
         manuals_pending = manuals_pending - ?`,
    ),
    /** By kind, the last change of the entry that was not changed for the longest time. */
    waiting: db.prepare<[], Waiting>(
      `SELECT pending_since, experience, manual FROM ops_library_state,
         (SELECT min(updated_at) AS experience FROM experiences WHERE embedding_status = 'pending'),
         (SELECT min(updated_at) AS manual FROM category_manuals WHERE embedding_status = 'pending')`,
    ),
  };
}

/** A claim is held by its claimant and fence until its lease expires. */
function prepareTasks(db: Db) {
  const isEntry = 'entity_type = @kind AND entity_id = @id';
  const isHeld = `${isEntry} AND claimed_by = @claimant AND fence = @fence AND lease_until > @now`;
  const isClaim = `${isEntry} AND claimed_by = @claimant AND fence = @fence`;
  const unclaimed = 'claimed_by = NULL, lease_until = NULL';
  return {
    claim: db.prepare(
      `INSERT INTO ops_embedding_task (entity_type, entity_id, claimed_by, fence, lease_until)
         VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
         SET claimed_by = excluded.claimed_by, fence = excluded.fence, lease_until = excluded.lease_until`,
    ),
    /** Ends a claim that is held. */
    settle: db.prepare(
      `DELETE FROM ops_embedding_task WHERE entity_type = ? AND entity_id = ?
         AND claimed_by = ? AND fence = ? AND lease_until > ?`,
    ),
    extend: db.prepare(`UPDATE ops_embedding_task SET lease_until = @lease_until WHERE ${isHeld}`),
    countFailure: db
      .prepare<[object], number>(
        `UPDATE ops_embedding_task SET attempts = attempts + 1, error = @error, ${unclaimed} WHERE ${isHeld}
         RETURNING attempts`,
      )
      .pluck(),
    setNextAttempt: db.prepare(`UPDATE ops_embedding_task SET next_attempt_at = @at WHERE ${isEntry}`),
    setFailed: db.prepare(`UPDATE ops_embedding_task SET failed_at = @now WHERE ${isEntry}`),
    forgetClaim: db.prepare(`DELETE FROM ops_embedding_task WHERE attempts + deaths = 0 AND ${isClaim}`),
    dropClaim: db.prepare(`UPDATE ops_embedding_task SET ${unclaimed} WHERE ${isClaim}`),
    forgetClaims: db.prepare('DELETE FROM ops_embedding_task WHERE attempts + deaths = 0 AND claimed_by = ?'),
    dropClaims: db.prepare(`UPDATE ops_embedding_task SET ${unclaimed} WHERE claimed_by = ?`),
    countDeath: prepareCountDeath(db, `${unclaimed} WHERE ${isClaim}`),
    countDeaths: prepareCountDeath(db, `${unclaimed} WHERE claimed_by = @claimant`),
    forgetAttempts: db.prepare(
      `DELETE FROM ops_embedding_task WHERE ${isEntry} AND (lease_until IS NULL OR lease_until <= @now)`,
    ),
  };
}

function prepareCountDeath(db: Db, unclaimedWhere: string) {
  return db.prepare<[object], EntryKey & { deaths: number }>(
    `UPDATE ops_embedding_task SET deaths = deaths + 1, error = @error, ${unclaimedWhere}
     RETURNING entity_type AS kind, entity_id AS id, deaths`,
  );
}

function prepareEmbeddings(db: Db) {
  return {
    dropEmbedding: db.prepare(
      'DELETE FROM embeddings WHERE entity_id = ? AND entity_type = ? AND model_name = ?',
    ),
    addEmbedding: db.prepare(
      `INSERT INTO embeddings (entity_id, entity_type, model_name, model_version, embedding_dimension,
         embedding_data, created_at, content_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
  };
}

/** The entries that wait and may be claimed, by the time of their last change; all, of a category, or one. */
function prepareDue(db: Db, kind: Kind) {
  const { table, body, note } = entryTables[kind];
  const prepare = (isSelected: string) =>
    db.prepare<[object], DueRow>(
      `SELECT '${kind}' AS kind, x.id, x.title, x.${body} AS body, x.${note} AS note,
         coalesce(task.attempts + task.deaths, 0) AS attempts
       FROM ${table} x LEFT JOIN ops_embedding_task task ON task.entity_type = '${kind}' AND task.entity_id = x.id
       WHERE x.embedding_status = 'pending' AND (task.lease_until IS NULL OR task.lease_until <= @now)
         AND (task.next_attempt_at IS NULL OR task.next_attempt_at <= @due_by)
         AND (coalesce(task.deaths, 0) > 0) = @is_suspect AND ${isSelected}
       ORDER BY x.updated_at LIMIT @size`,
    );
  return {
    all: prepare('true'),
    category: prepare('x.category_code = @category'),
    entry: prepare('x.id = @entry AND (@category IS NULL OR x.category_code = @category)'),
  };
}

function prepareEntries(db: Db, kind: Kind) {
  const { table } = entryTables[kind];
  return {
    markEmbedded: db.prepare(
      `UPDATE ${table} SET embedding_status = 'embedded' WHERE id = ? AND embedding_status = ?`,
    ),
    markFailed: db.prepare(`UPDATE ${table} SET embedding_status = 'failed' WHERE id = @id`),
    markWaiting: db.prepare(
      `UPDATE ${table} SET embedding_status = 'pending' WHERE id = @id AND embedding_status <> 'pending'`,
    ),
    retryFailed: db.prepare(
      `UPDATE ${table} SET embedding_status = 'pending' WHERE rowid IN (
         SELECT rowid FROM ${table} WHERE embedding_status = 'failed'
           AND (@category IS NULL OR category_code = @category) AND (@entry IS NULL OR id = @entry) LIMIT @size)`,
    ),
  };
}

/** Entries that the queue gave up, newest first; and those that another program marked. */
function prepareFailed(db: Db) {
  const ours = (kind: Kind) =>
    `SELECT task.entity_id AS id, task.entity_type AS kind, x.title, task.attempts + task.deaths AS attempts, task.error, task.failed_at
     FROM ops_embedding_task task JOIN ${entryTables[kind].table} x ON x.id = task.entity_id
     WHERE task.entity_type = '${kind}' AND task.failed_at IS NOT NULL AND x.embedding_status = 'failed'`;
  const others = (kind: Kind) =>
    `SELECT x.id, '${kind}' AS kind, x.title, 0 AS attempts, 'Another program marked it as failed.' AS error,
       x.updated_at AS failed_at FROM ${entryTables[kind].table} x WHERE x.embedding_status = 'failed' AND NOT EXISTS (
       SELECT 1 FROM ops_embedding_task
       WHERE entity_type = '${kind}' AND entity_id = x.id AND failed_at IS NOT NULL)`;
  const both = (select: (kind: Kind) => string, order: string) =>
    db.prepare<[number], FailedEntry>(
      `${select('experience')} UNION ALL ${select('manual')} ${order} LIMIT ?`,
    );
  return { ours: both(ours, 'ORDER BY task.failed_at DESC'), others: both(others, '') };
}
