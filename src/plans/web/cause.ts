// The likely cause of many removals: all entries of one category are gone from the sheet.
import { formatNumber } from '../../core/format.ts';
import { comparesSheet, type Plan, sumOf } from '../plan.ts';

/** A smaller part of the removed entries explains little. */
const minShare = 0.2;

/** The category all of whose entries would be removed, if it explains most of it; or a sentence that none is left. */
export function viewCause(plan: Plan): { removed: number; category: string | null } | null {
  const { summary, tallies } = plan;
  if (!summary || !comparesSheet(plan)) return null;
  const removed = sumOf(tallies, ({ outcome, category }) => outcome === 'removed' && category !== null);
  if (removed > 1 && removed === summary.before.experiences + summary.before.manuals)
    return { removed, category: null };
  const [largest] = Object.entries(summary.categories)
    .filter(([code, entries]) => entries > 1 && entries === removedOf(tallies, code))
    .sort(([, one], [, other]) => other - one);
  if (!largest || largest[1] < removed * minShare) return null;
  return { removed: largest[1], category: largest[0] };
}

function removedOf(tallies: Plan['tallies'], code: string): number {
  return sumOf(tallies, ({ outcome, category }) => outcome === 'removed' && category === code);
}

/** In a sentence; null without a cause. */
export function describeCause(plan: Plan): string | null {
  const cause = viewCause(plan);
  if (cause === null) return null;
  if (cause.category === null) return 'The sheet has none of the entries of the library.';
  return `${formatNumber(cause.removed)} of them are all entries of category ${cause.category}.`;
}
