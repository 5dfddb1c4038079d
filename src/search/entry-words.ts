// Where an entry's page is, and why an entry is stale or missing.
import type { Reason, Standing } from '../index/state.ts';
import type { Kind } from '../library/content.ts';

/** Browsers take the ids `.` and `..` out of a path, so these two go in the query. */
export function entryUrl(kind: Kind, id: string): string {
  const isPath = id !== '.' && id !== '..';
  const query = new URLSearchParams(isPath ? { kind } : { kind, id });
  return `/library/${isPath ? encodeURIComponent(id) : '-'}?${query}`;
}

const reasons: Record<Reason, Record<'stale' | 'missing', string>> = {
  waits: {
    stale: 'Changed since it was embedded; it waits for a new embedding.',
    missing: 'Not embedded yet; it waits in the queue.',
  },
  other_model: {
    stale: 'Embedded with another model since the index was built.',
    missing: 'Embedded with another model than the index.',
  },
  embedded_since: {
    stale: 'Embedded anew since the index was built.',
    missing: 'Embedded since the index was built.',
  },
};

/** Why an entry is stale or missing; empty for other entries. */
export function standingReason({
  standing,
  reason,
}: {
  standing: Standing | 'orphan';
  reason: Reason | null;
}): string {
  return reason !== null && (standing === 'stale' || standing === 'missing') ? reasons[reason][standing] : '';
}
