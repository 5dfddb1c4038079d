// The embedding queue as its callers see it, so that another queue can carry it later: whoever embeds claims entries with
// a lease, and what comes after the lease is lost changes nothing. All of it is asynchronous, as a queue elsewhere is.
import type { EntryText, Kind } from '../library/content.ts';
import type { Embedder, Model } from './embedder.ts';

/** How long an entry waits after its first and its second failed attempt; the third is final. */
export const backOffMs = [5_000, 30_000] as const;

export type EntryKey = { kind: Kind; id: string };

/** `fence` grows with each claim; `attempt` counts from 1 since the entry's text or model last changed. */
export type Claim = EntryKey & EntryText & { fence: number; attempt: number };

/** Everything, one category (its code), or one entry (its id, of either kind). */
export type Selection = { category?: string | undefined; entry?: string | undefined };

export type ClaimRequest = {
  /** Unique among all that claim at the same time; two servers may share one library. */
  claimant: string;
  /** The model that will embed: the one that `useModel` named last, else `config` is thrown. */
  model: Pick<Embedder, 'name'>;
  size: number;
  leaseMs: number;
  selection?: Selection;
  /** Does not wait for the back-off of entries that failed before. */
  isUrgent?: boolean;
};

/** Entries by kind. */
type KindCounts = { experiences: number; manuals: number; total: number };

/** `pending` counts stale and claimed entries too; `failed` waits for a person. */
export type QueueCounts = { pending: KindCounts; failed: KindCounts };

export type FailedEntry = {
  id: string;
  kind: Kind;
  title: string;
  /** 0 when another program said that it failed; then its error is not known. */
  attempts: number;
  error: string;
  failed_at: string;
};

export type EmbeddingQueue = {
  /** From now on entries are embedded with this model; those of another wait again. Gives how many. The server decides at
   *  its start, and who embeds says it again once the dimension is known; without a change it costs nothing. */
  useModel(model: Pick<Model, 'name' | 'dimension'>): Promise<number>;
  /** These entries wait again, whatever they are now; attempts count from 1. Gives how many did not wait yet. */
  enqueue(entries: EntryKey[]): Promise<number>;
  /** Up to `size` entries that wait and are due, both kinds in fair share; none is given to two claimants at once. */
  claim(request: ClaimRequest): Promise<Claim[]>;
  /** Gives the claims that are still held, now until `leaseMs` from now. */
  extend(claimant: string, claims: Claim[], leaseMs: number): Promise<Claim[]>;
  /** Writes vectors and status in one transaction and gives how many were written: an entry whose lease was lost,
   *  whose text or model has changed or that is gone is left as it is. Safe to repeat. */
  complete(
    claimant: string,
    model: Pick<Embedder, 'name' | 'version' | 'dimension'>,
    done: { claim: Claim; vector: Float32Array }[],
  ): Promise<number>;
  /** Tried again later, or `failed` with its error when it was the last attempt. Gives how many were still held. */
  fail(claimant: string, claims: Claim[], error: string): Promise<number>;
  /** Gives claims back without counting an attempt: without `claims` all of the claimant. Gives how many. */
  release(claimant: string, claims?: Claim[]): Promise<number>;
  /** Takes back all claims of a claimant whose process ended with them. Each of these texts may have ended it, so from now
   *  on they are claimed one at a time, after all others; whose claimant ended for the third time fails with `error`. Gives
   *  how many. */
  bury(claimant: string, error: string): Promise<number>;
  /** Failed entries wait again: all, or one kind, category or entry. Gives how many. */
  retryFailed(selection?: Selection & { kind?: Kind | undefined }): Promise<number>;
  counts(): Promise<QueueCounts>;
  /** When the longest waiting entry began to wait; null when none waits. Never later than the truth; it may be earlier
   *  while the queue has not been empty in between. */
  oldestPendingAt(): Promise<string | null>;
  /** The entries that failed, the last ones first. */
  failed(limit: number): Promise<FailedEntry[]>;
};
