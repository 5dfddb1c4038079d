// The words for bad events of each objective, and where to look into them.
import { formatNumber, formatSpan } from '../../core/format.ts';
import type { ObjectiveName } from '../../objective-store/declared.ts';
import type { History } from '../history.ts';
import type { Day, Standing } from '../standing.ts';
import { nameDays } from './day-words.ts';

const minuteMs = 60_000;

/** `162 failed`, `24 min down`, `None failed` */
export function describeBad({ definition: { name }, value, good, total }: Standing): string {
  const bad = total - good;
  const some = bad === 0 ? 'None' : formatNumber(bad);
  switch (name) {
    case 'up':
      return bad === 0 ? 'Never down' : `${formatSpan(bad * minuteMs)} down`;
    case 'fresh':
      return bad === 0 ? 'Never behind' : `${formatSpan(bad * minuteMs)} behind`;
    case 'fast':
      return `${some} took longer than ${formatNumber(value.threshold_ms ?? 0)} ms`;
    case 'search':
      return `${some} slow or failed`;
    case 'jobs':
      return `${some} failed; bad input and cancelled jobs do not count`;
    default:
      return `${some} failed`;
  }
}

/** `the machine was off for 6 h on 25 and 26 Nov, not counted`; null if it was on. */
export function describeOff(off: History['off'], days: readonly Day[]): string | null {
  const [first] = days;
  if (!first) return null;
  const shown = off.filter(({ to }) => to > first.date);
  const ms = shown.reduce(
    (sum, { from, to }) => sum + (Number(to) - Math.max(Number(from), Number(first.date))),
    0,
  );
  if (ms < minuteMs) return null;
  const dark = days.filter(({ date }, at) => {
    const end = days[at + 1]?.date ?? null;
    return shown.some(({ from, to }) => to > date && (end === null || from < end));
  });
  return `the machine was off for ${formatSpan(ms)} on ${nameDays(dark.map(({ date }) => date))}, not counted`;
}

export const placeOf: Record<ObjectiveName, { href: string; label: string }> = {
  up: { href: '/settings/about', label: 'See starts' },
  answers: { href: '/requests', label: 'See requests' },
  fast: { href: '/requests', label: 'See requests' },
  search: { href: '/requests', label: 'See requests' },
  jobs: { href: '/jobs?status=failed', label: 'See failed jobs' },
  fresh: { href: '/operations', label: 'See index and workers' },
};
