// What the server knows of the live index: which generation answers, and how it compares with the library.
import type { GenerationFacts, LoadAnswer } from './live-protocol.ts';
import type { SyncCounts } from './sync-state.ts';

/** none: no index was built yet; ready: it holds exactly the library; behind: it does not; broken: its files cannot be used,
 *  and `problem` says why (the generation loaded before, if any, still answers). */
type IndexStatus = 'none' | 'ready' | 'behind' | 'broken';

/** The body of GET /api/v1/index. The facts of the generation are null without one. */
export type IndexState = SyncCounts & {
  [Key in keyof GenerationFacts]: GenerationFacts[Key] | null;
} & {
  state: IndexStatus;
  problem: string | null;
  vectors: number;
  previous: GenerationFacts | null;
};

export function toIndexState(
  loaded: LoadAnswer | null,
  counts: SyncCounts,
  problem: string | null,
): IndexState {
  const live = loaded?.live ?? null;
  return {
    state: toStatus(live, counts, problem),
    problem,
    ...(live ?? noGeneration),
    ...counts,
    previous: loaded?.previous ?? null,
  };
}

function toStatus(live: GenerationFacts | null, counts: SyncCounts, problem: string | null): IndexStatus {
  if (problem !== null) return 'broken';
  if (!live) return 'none';
  return counts.fresh === counts.entries && counts.orphans === 0 ? 'ready' : 'behind';
}

const noGeneration = {
  generation: null,
  model: null,
  dimension: null,
  vectors: 0,
  bytes: null,
  sha256: null,
  built_at: null,
  job_id: null,
};
