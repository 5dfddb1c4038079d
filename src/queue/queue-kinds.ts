// The queue of each kind of entry: how many wait and have failed, and whether the kind is paused.
import { type QueueCounts, sumOf } from '../embedding/queue.ts';
import { type Kind, kinds } from '../library/content.ts';
import type { KindPause, PausedKinds } from '../workers/paused-kinds.ts';
import type { KindRates, QueueRates } from './queue-rates.ts';

export type KindView = { kind: Kind; pending: number; failed: number; paused: KindPause | null };

type Counts = QueueCounts['pending'];

export function viewKinds(pending: Counts, failed: Counts, paused: PausedKinds): KindView[] {
  return kinds.map((kind) => ({
    kind,
    pending: sumOf(pending, [kind]),
    failed: sumOf(failed, [kind]),
    paused: paused[kind] ?? null,
  }));
}

/** With the rates, as the API shows them. */
export function kindBody({ kind, pending, failed, paused }: KindView, rates: ReturnType<QueueRates>) {
  const { inPerMin, outPerMin, meanWaitSec }: KindRates = rates[kind];
  return {
    kind,
    pending,
    failed,
    in_per_min: inPerMin,
    out_per_min: outPerMin,
    mean_wait_sec: meanWaitSec,
    paused,
  };
}
