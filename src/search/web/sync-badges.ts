// The sync state of an entry on pages: its list, its badge and its reason.
import type { SyncReason, SyncState } from '../../index/sync-state.ts';

type Shown = SyncState | 'orphan';

/** The title of each list of entries. */
export const stateTitles = {
  all: 'All entries',
  fresh: 'Fresh',
  stale: 'Stale',
  missing: 'Missing',
  failed: 'Failed',
  orphan: 'Removed from library',
};
export const states = Object.keys(stateTitles) as (keyof typeof stateTitles)[];

export const syncBadges: Record<Shown, { tone: string; icon: string; word: string }> = {
  fresh: { tone: 'ok', icon: 'check', word: 'Fresh' },
  stale: { tone: 'warn', icon: 'tri', word: 'Stale' },
  missing: { tone: 'warn', icon: 'tri', word: 'Missing' },
  failed: { tone: 'bad', icon: 'cross', word: 'Failed' },
  orphan: { tone: 'idle', icon: 'slash', word: 'Removed' },
};

/** Why an entry is stale or missing; empty for other entries. */
export function describeReason({ standing, reason }: { standing: Shown; reason: SyncReason | null }): string {
  return reason !== null && (standing === 'stale' || standing === 'missing') ? reasons[reason][standing] : '';
}

const reasons: Record<SyncReason, Record<'stale' | 'missing', string>> = {
  waits: {
    stale: 'Changed since it was embedded. Waiting for a new embedding.',
    missing: 'Not embedded yet. Waiting in the queue.',
  },
  other_model: {
    stale: 'Embedded with another model since the index was built.',
    missing: 'Embedded with a different model than the index.',
  },
  embedded_since: {
    stale: 'Embedded again since the index was built.',
    missing: 'Embedded since the index was built.',
  },
};
