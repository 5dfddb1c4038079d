// A flag is stale when nobody needs it any more: it is off or on for everybody, or nothing reads it.
import { type FlagState, shareOf } from './flag.ts';
import type { FlagUse, SavedFlag } from './flag-repository.ts';

const dayMs = 86_400_000;
const unchangedDays = 90;
const unreadDays = 30;

type Given = { state: FlagState; saved: SavedFlag | null; use: FlagUse | null };

/** `unchanged for 98 days`; null for a flag that is not stale. */
export function findStale({ state, saved, use }: Given, now: Date): string | null {
  const daysSince = (at: string) => Math.floor((now.getTime() - Date.parse(at)) / dayMs);
  const changedAt = saved?.changed_at ?? use?.since;
  const unchanged = changedAt === undefined ? 0 : daysSince(changedAt);
  if ([0, 100].includes(shareOf(state)) && unchanged >= unchangedDays)
    return `unchanged for ${unchanged} days`;
  const knownAt = use?.read_at ?? use?.since;
  const unread = knownAt === undefined ? 0 : daysSince(knownAt);
  return unread >= unreadDays ? `not read for ${unread} days` : null;
}
