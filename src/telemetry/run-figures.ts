// Figures of the last runs of an operation. Pure.
import type { LastRun } from '../jobs/repository-runs.ts';

/** The successful runs that did real work: how long they took says how long the operation takes. */
export function realRuns<Run extends Pick<LastRun, 'status' | 'is_real'>>(runs: readonly Run[]): Run[] {
  return runs.filter(({ status, is_real }) => status === 'succeeded' && is_real === 1);
}

/** By nearest rank; null without values. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? null;
}
