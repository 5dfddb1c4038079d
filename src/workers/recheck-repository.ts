// The entries that workers have embedded again, in ops.db: the newest, each with its newest result.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { EntryKey } from '../embedding/queue.ts';

/** `similarity`: of the new vector to the stored one; 1 for the same. */
export type Rechecked = EntryKey & { model: string; similarity: number };

/** A lower one is another vector: the same model repeats its own to four digits and more. */
const minSimilarity = 0.99;
const keptRows = 1000;

export type RecheckRepository = ReturnType<typeof createRecheckRepository>;

const sql = {
  put: `
    INSERT INTO vector_recheck (kind, entry_id, model, similarity, checked_at)
    VALUES (@kind, @id, @model, @similarity, @at)
    ON CONFLICT (kind, entry_id) DO UPDATE SET model = @model, similarity = @similarity, checked_at = @at
  `,
  prune: `
    DELETE FROM vector_recheck WHERE rowid IN (
      SELECT rowid FROM vector_recheck ORDER BY checked_at DESC LIMIT -1 OFFSET ${keptRows})
  `,
  forget: 'DELETE FROM vector_recheck WHERE kind = ? AND entry_id = ?',
  differing: `
    SELECT kind, entry_id AS id FROM vector_recheck WHERE model = ? AND similarity < ${minSimilarity}
    ORDER BY checked_at LIMIT ?
  `,
  counts: `
    SELECT count(*) AS checked, coalesce(sum(similarity < ${minSimilarity}), 0) AS differing
    FROM vector_recheck WHERE model = ?
  `,
};

export function createRecheckRepository(ops: Db, now: () => Date) {
  const statements = prepareAll(ops, sql);
  return {
    /** Notes results, and forgets the entries of which there is nothing to compare any more. */
    note(results: readonly Rechecked[], gone: readonly EntryKey[]) {
      const at = now().toISOString();
      const write = () => {
        for (const one of results) statements.put.run({ ...one, at });
        for (const { kind, id } of gone) statements.forget.run(kind, id);
        statements.prune.run();
      };
      ops.transaction(write).immediate();
    },

    /** The entries of the model whose vector was another one, the one that was checked longest ago first. */
    differing: (model: string, limit: number) => statements.differing.all(model, limit) as EntryKey[],

    counts: (model: string) => statements.counts.get(model) as { checked: number; differing: number },
  };
}
