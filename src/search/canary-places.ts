// The place that the live index gives to the entry of each canary now.
import { AppError } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import { inTime } from '../core/in-time.ts';
import { askedHits, type Canary, isFound, rankOf } from '../index/canary.ts';
import type { LiveIndex } from '../index/live.ts';
import type { Kind } from '../library/content.ts';

/** `gone`: the library has no such entry any more. `unasked`: there is no index, or no time was left. */
export const canaryStates = ['found', 'missed', 'gone', 'unasked'] as const;

/** `rank`: null unless the entry is among the hits. `title`: null for an entry that is gone. */
export type PlacedCanary = Canary & {
  state: (typeof canaryStates)[number];
  rank: number | null;
  title: string | null;
};

/** `problem`: why the index could not be asked; null if it was. */
export type Places = { items: PlacedCanary[]; problem: string | null };

type Given = {
  liveIndex: Pick<LiveIndex, 'search'>;
  entries: { find(kind: Kind, id: string): { title: string } | null };
};

/** Waits for `maxMs` at most. A later answer is kept for the next call, as that of each search is. */
export async function placeCanaries(given: Given, canaries: Canary[], maxMs: number): Promise<Places> {
  const until = performance.now() + maxMs;
  const items: PlacedCanary[] = [];
  let problem: string | null = null;
  for (const canary of canaries) {
    const title = given.entries.find(canary.kind, canary.entity_id)?.title ?? null;
    const left = problem === null ? until - performance.now() : 0;
    const placed: Place = title === null ? gone : await place(given, canary, left);
    problem ??= placed.problem ?? null;
    items.push({ ...canary, title, state: placed.state, rank: placed.rank });
  }
  return { items, problem };
}

/** Null when each canary was asked. */
export function describeUnasked({ items, problem }: Places): string | null {
  const unasked = items.filter(({ state }) => state === 'unasked').length;
  if (problem !== null || unasked === 0) return problem;
  return `The search took too long for ${plural(unasked, 'canary', 'canaries')}. Ask again.`;
}

/** The place of a canary that was just added; empty when it is not known. */
export function describePlace({ state, rank }: Pick<PlacedCanary, 'state' | 'rank'>): string {
  if (state === 'found') return `It is at place ${rank} now.`;
  if (state !== 'missed') return '';
  return rank === null
    ? 'The live index does not find it yet.'
    : `The live index has it at place ${rank} only.`;
}

const gone = { state: 'gone', rank: null } as const;
const unasked = { state: 'unasked', rank: null } as const;

type Place = Pick<PlacedCanary, 'state' | 'rank'> & { problem?: string };

async function place({ liveIndex }: Given, canary: Canary, maxMs: number): Promise<Place> {
  const { query, kind, entity_id: id } = canary;
  if (maxMs <= 0) return unasked;
  try {
    const answer = await inTime(liveIndex.search({ query, limit: askedHits }), maxMs);
    if (answer === null) return unasked;
    const rank = rankOf(answer.hits, { kind, id });
    return { state: isFound(rank) ? 'found' : 'missed', rank };
  } catch (error) {
    if (error instanceof AppError) return { ...unasked, problem: error.message };
    throw error;
  }
}
