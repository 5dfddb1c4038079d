// A canary: a query whose search must find an entry among its first hits.
import type { InferSelectModel } from 'drizzle-orm';
import type * as schema from '../core/db/status-schema.ts';
import type { EntryKey } from '../embedding/queue.ts';
import type { Kind } from '../library/content.ts';
import type { Hit } from './search.ts';

/** The entry may have left the library since. */
export type Canary = Omit<InferSelectModel<typeof schema.canary>, 'kind'> & { kind: Kind };

export const maxCanaries = 50;
/** The entry must be among so many hits. */
export const foundAmong = 5;
/** A search for a canary asks for so many hits. */
export const askedHits = 50;

/** From 1; null when it is none of the hits. */
export function rankOf(
  hits: readonly Pick<Hit, 'kind' | 'entity_id'>[],
  { kind, id }: EntryKey,
): number | null {
  const at = hits.findIndex((hit) => hit.kind === kind && hit.entity_id === id);
  return at === -1 ? null : at + 1;
}

export const isFound = (rank: number | null): boolean => rank !== null && rank <= foundAmong;

/** `place 7`, `not among the first 50` */
export const formatRank = (rank: number | null): string =>
  rank === null ? `not among the first ${askedHits}` : `place ${rank}`;
