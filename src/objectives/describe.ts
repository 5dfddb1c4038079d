// Words for values, allowances and the pace of objectives.
import { formatNumber, formatSpan, plural } from '../core/format.ts';
import type { ObjectiveUnit } from '../objective-store/objective.ts';
import type { Standing } from './standing.ts';

const minuteMs = 60_000;
const singular: Record<ObjectiveUnit, string> = {
  minutes: 'minute',
  requests: 'request',
  searches: 'search',
  jobs: 'job',
};

/** `98.61%`, `99.4%`, cut off: a value below its target is never shown as the target. */
export function formatShare(share: number): string {
  return `${Number((Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2))}%`;
}

/** `3 h 12 min`, `998 requests` */
export function formatCount(unit: ObjectiveUnit, count: number): string {
  if (unit === 'minutes') return formatSpan(Math.round(count) * minuteMs);
  return plural(Math.round(count), singular[unit], unit);
}

/** `3 h 36 min`, `1,160`: beside a count of the same unit. */
export function formatAmount(unit: ObjectiveUnit, amount: number): string {
  return unit === 'minutes' ? formatCount(unit, amount) : formatNumber(amount);
}

/** `2 h 10 min`, `36 h`, `11 d`: rounded to ten minutes, hours or days. */
export function formatPace(seconds: number): string {
  const minutes = seconds / 60;
  const unit = minutes < 12 * 60 ? 10 : minutes < 3 * 24 * 60 ? 60 : 24 * 60;
  return formatSpan(Math.max(10, Math.round(minutes / unit) * unit) * minuteMs);
}

/** `the month's allowance`, `the allowance of 7 days` */
export function describeAllowance(windowDays: number): string {
  return windowDays === 30 ? "the month's allowance" : `the allowance of ${windowDays} days`;
}

type Counted = Pick<Standing, 'state' | 'value'>;

/** `5 of 6 held over 30 days.` */
export function describeStandings(standings: readonly Counted[]): string {
  const { on, held, judged, few } = countStates(standings);
  if (on.length === 0) return 'All objectives are off.';
  if (judged === 0) return 'Too few events to judge yet.';
  const windows = new Set(on.map(({ value }) => value.window_days));
  const over = windows.size === 1 ? ` over ${[...windows][0]} days` : '';
  const rest = few === 0 ? '' : `, ${few} with too few events to judge`;
  return `${held} of ${judged} held${over}${rest}.`;
}

/** `6 objectives held`, `5 of 6 objectives held`; null while none can be judged. */
export function describeHeld(standings: readonly Counted[]): string | null {
  const { held, judged } = countStates(standings);
  if (judged === 0) return null;
  return held === judged
    ? `${plural(held, 'objective')} held`
    : `${held} of ${plural(judged, 'objective')} held`;
}

export function countMissed(standings: readonly Counted[]): number {
  return standings.filter(({ state }) => state === 'missed').length;
}

function countStates(standings: readonly Counted[]) {
  const on = standings.filter(({ state }) => state !== 'off');
  const count = (wanted: Standing['state']) => on.filter(({ state }) => state === wanted).length;
  const held = count('held');
  return { on, held, judged: held + count('missed'), few: count('too_few') };
}
