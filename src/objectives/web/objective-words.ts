// The words for bad events of each objective, and where to look into them.
import { formatNumber, formatSpan } from '../../core/format.ts';
import type { ObjectiveName } from '../../objective-store/declared.ts';
import type { History } from '../history.ts';
import type { Day, Standing } from '../standing.ts';
import { nameDays } from './day-words.ts';

const minuteMs = 60_000;

/** `162 failed`, `24 min down`, `None failed` */
export function describeBad(standing: Standing): string {
  const { definition, good, total } = standing;
  const bad = total - good;
  if (definition.unit !== 'minutes') {
    const note = definition.name === 'jobs' ? '; bad input and cancelled jobs do not count' : '';
    return `${bad === 0 ? 'None' : formatNumber(bad)} ${verbOf(standing)}${note}`;
  }
  const word = definition.name === 'up' ? 'down' : 'behind';
  return bad === 0 ? `Never ${word}` : `${formatSpan(bad * minuteMs)} ${word}`;
}

/** `4,581 of 211,975 requests took longer than 200 ms`, `5 h down of 28 d` */
export function describeBadOfAll(standing: Standing): string {
  const { definition, good, total } = standing;
  if (definition.unit === 'minutes') return `${describeBad(standing)} of ${formatSpan(total * minuteMs)}`;
  return `${formatNumber(total - good)} of ${formatNumber(total)} ${definition.unit} ${verbOf(standing)}`;
}

function verbOf({ definition: { name }, value: { threshold_ms } }: Standing): string {
  if (name === 'fast') return `took longer than ${formatNumber(threshold_ms ?? 0)} ms`;
  return name === 'search' ? 'were slow or failed' : 'failed';
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
