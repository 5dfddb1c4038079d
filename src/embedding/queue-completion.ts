// Writes the vectors of claimed entries to chl.db, with their status. Runs inside the caller's transaction, but for `toRow`.
import { contentHash, embeddedText } from '../library/content.ts';
import type { Claim, EmbeddingQueue } from './queue.ts';
import type { QueueStatements } from './queue-statements.ts';

type VectorModel = Parameters<EmbeddingQueue['complete']>[1];
type VectorRow = Pick<Claim, 'kind' | 'id' | 'fence'> & { bytes: Buffer; hash: string };

/** Prepares a row outside of the transaction, which keeps the lock short. Throws for a vector of another dimension. */
export function toRow(
  model: VectorModel,
  { claim, vector }: { claim: Claim; vector: Float32Array },
): VectorRow {
  const { kind, id, fence } = claim;
  if (vector.length !== model.dimension) {
    throw new Error(`${model.name} returned ${vector.length} numbers for ${id}, not ${model.dimension}.`);
  }
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return { kind, id, fence, bytes, hash: contentHash(embeddedText(claim)) };
}

/** Returns how many vectors were written; `now` is ISO 8601 UTC. */
export function completeRows(
  statements: QueueStatements,
  { claimant, model, rows, now }: { claimant: string; model: VectorModel; rows: VectorRow[]; now: string },
): number {
  const embedded = { experience: 0, manual: 0 };
  statements.beginSettling.run();
  const settled = rows.filter((row) => settle(row));
  const others = settled.filter(({ kind, id }) => {
    const wasPending = statements.entries[kind].markEmbedded.run(id, 'pending').changes === 1;
    if (wasPending) embedded[kind] += 1;
    return !wasPending;
  });
  statements.endSettling.run(embedded.experience, embedded.manual);
  // Another program has marked these entries as failed during the embedding; the triggers count them.
  for (const { kind, id } of others) statements.entries[kind].markEmbedded.run(id, 'failed');
  return settled.length;

  /** Returns whether the claim was still held. A trigger removes the claim of an entry whose text changes. */
  function settle({ kind, id, fence, bytes, hash }: VectorRow): boolean {
    if (statements.settle.run(kind, id, claimant, fence, now).changes === 0) return false;
    statements.dropEmbedding.run(id, kind, model.name);
    statements.addEmbedding.run(id, kind, model.name, model.version, model.dimension, bytes, now, hash);
    return true;
  }
}
