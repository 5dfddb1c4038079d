// The interface of the embedding queue, so that another implementation can replace it. A claimant holds entries by a lease;
// results that arrive after the lease has expired are ignored. Every method is asynchronous, as a remote queue requires.
import type { EntryText, Kind } from '../library/content.ts';
import type { Embedder, ModelKey } from './embedder.ts';

/** How long an entry waits after its first and its second failed attempt; the third is final. */
export const backOffMs = [5_000, 30_000] as const;

export type EntryKey = { kind: Kind; id: string };

/** `fence` grows with each claim; `attempt` counts from 1 since the entry's text or model last changed. */
export type Claim = EntryKey & EntryText & { fence: number; attempt: number };

/** All entries, one category (its code), or one entry (its id, of either kind). */
export type Selection = { category?: string | undefined; entry?: string | undefined };

export type ClaimRequest = {
  /** Unique among concurrent claimants, those of another server on the same library included. */
  claimant: string;
  /** Must be the model of the last `useModel`, else `claim` throws `config`. */
  model: Pick<Embedder, 'name'>;
  size: number;
  leaseMs: number;
  selection?: Selection;
  /** Both when left out. */
  kinds?: readonly Kind[];
  /** Ignores the back-off of entries that failed before. */
  isUrgent?: boolean;
};

type KindCounts = { experiences: number; manuals: number; total: number };

/** `pending` includes stale and claimed entries; `failed` ones wait for a person. */
export type QueueCounts = { pending: KindCounts; failed: KindCounts };

/** How many entries of these kinds wait, or have failed. */
export function sumOf(counts: KindCounts, chosen: readonly Kind[]): number {
  const { experiences, manuals } = counts;
  const byKind = { experience: experiences, manual: manuals };
  return chosen.reduce((sum, kind) => sum + byKind[kind], 0);
}

export type FailedEntry = {
  id: string;
  kind: Kind;
  title: string;
  /** 0 when another program marked it as failed. */
  attempts: number;
  error: string;
  failed_at: string;
};

export type EmbeddingQueue = {
  /** Sets the model; entries of another one become pending. Returns how many. The server calls it at its start, and embedders
   *  again once the dimension is known; without a change it is cheap. */
  useModel(model: ModelKey): Promise<number>;
  /** Makes these entries pending, whatever their status; attempts count from 1. Returns how many were not pending. */
  enqueue(entries: EntryKey[]): Promise<number>;
  /** Claims up to `size` entries that are due, both kinds in fair share. An entry has one claimant at a time. */
  claim(request: ClaimRequest): Promise<Claim[]>;
  /** Extends the leases to `leaseMs` from now; returns the claims that are still held. */
  extend(claimant: string, claims: Claim[], leaseMs: number): Promise<Claim[]>;
  /** Writes vectors and status in one transaction; returns how many were written. Skips an entry that is gone, whose lease
   *  has expired, or whose text or model has changed. Safe to repeat. */
  complete(
    claimant: string,
    model: Pick<Embedder, 'name' | 'version' | 'dimension'>,
    done: { claim: Claim; vector: Float32Array }[],
  ): Promise<number>;
  /** Schedules the next attempt, or marks the entry as failed after the last. Returns how many claims were still held. */
  fail(claimant: string, claims: Claim[], error: string): Promise<number>;
  /** Releases these claims, or all of the claimant, without counting an attempt. Returns how many. */
  release(claimant: string, claims?: Claim[]): Promise<number>;
  /** Releases all claims of a claimant whose process died, or those that a service did not survive. Any of these texts may be
   *  the cause, so they are claimed alone from now on, after all others; at its third death an entry fails with `error`.
   *  Returns how many. */
  quarantine(claimant: string, error: string, claims?: Claim[]): Promise<number>;
  /** Makes failed entries pending: all, or those of a kind, category or id. Returns how many. */
  retryFailed(selection?: Selection & { kind?: Kind | undefined }): Promise<number>;
  counts(): Promise<QueueCounts>;
  /** The time at which the oldest pending entry, of these kinds or of both, became pending (ISO 8601 UTC), or null. Until the
   *  queue is empty it may be too early. */
  oldestPendingAt(chosen?: readonly Kind[]): Promise<string | null>;
  /** Lists failed entries, newest first. */
  failed(limit: number): Promise<FailedEntry[]>;
};
