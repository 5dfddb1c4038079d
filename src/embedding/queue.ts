// The embedding queue as its callers see it, so that another queue can carry it later: whoever embeds claims entries with
// a lease, and what comes after the lease is lost changes nothing.
import type { EntryText, Kind } from './content.ts';
import type { Embedder } from './embedder.ts';

/** `fence` grows with each claim of the entry; `attempt` counts from 1 since the entry's text or model last changed. */
export type Claim = EntryText & { id: string; fence: number; attempt: number };

/** Entries by kind. */
export type KindCounts = { experiences: number; manuals: number; total: number };

/** `pending` counts stale and claimed entries too; `failed` waits for a person. */
export type QueueCounts = { pending: KindCounts; failed: KindCounts };

export type FailedEntry = {
  id: string;
  kind: Kind;
  title: string;
  attempts: number;
  error: string;
  failed_at: string;
};

export type EmbeddingQueue = {
  /** Up to `size` entries that wait and are due, both kinds in fair share; none is given to two claimants at once. */
  claim(request: { claimant: string; size: number; leaseMs: number }): Claim[];
  /** Gives the claims that are still held, now until `leaseMs` from now. */
  extend(claimant: string, claims: Claim[], leaseMs: number): Claim[];
  /** Writes vectors and status in one transaction and gives how many were written: an entry whose lease was lost,
   *  whose text has changed or that is gone is left as it is. Safe to repeat. */
  complete(
    claimant: string,
    model: Pick<Embedder, 'name' | 'version'>,
    done: { claim: Claim; vector: Float32Array }[],
  ): number;
  /** Tried again later, or `failed` with its error when it was the last attempt. */
  fail(claimant: string, claims: Claim[], error: string): void;
  /** Gives claims back without counting an attempt: without `claims` all of the claimant. Gives how many. */
  release(claimant: string, claims?: Claim[]): number;
  /** Failed entries wait again: all, or one kind, category or entry. Gives how many. */
  retryFailed(selection?: { kind?: Kind; category?: string; entry?: string }): number;
  counts(): QueueCounts;
  /** When the longest waiting entry began to wait; null when none waits. */
  oldestPendingAt(): string | null;
  failed(limit: number): FailedEntry[];
};
