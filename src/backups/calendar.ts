// The last 90 days as squares, weeks as columns: on which days a backup was made, and what its restore test showed. Days are those
// of the clock of this machine.
import type { Mark } from '../backup-store/backup-repository.ts';
import { formatList } from '../core/format.ts';

const dayCount = 90;
const datesNamed = 4;

export const dayStates = ['proven', 'made', 'failed', 'none'] as const;
export type DayState = (typeof dayStates)[number];

/** `column` and `row` count from 0; row 0 is Monday. */
export type CalendarDay = {
  /** `2026-11-28` */
  day: string;
  state: DayState;
  /** The test of one of its backups has failed, whatever the others showed. */
  hasFailed: boolean;
  column: number;
  row: number;
  isToday: boolean;
};

export type Calendar = {
  days: CalendarDay[];
  counts: Record<DayState, number>;
  /** Each month's first column. */
  months: { column: number; month: number }[];
};

/** The time since which `marks` are needed. */
export function calendarStart(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - dayCount + 1);
}

/** Copies before imports are no backups of that day. */
export function layOutCalendar(marks: readonly Mark[], now: Date): Calendar {
  const full = marks.filter(({ kind }) => kind !== 'before_import');
  const stateOf = statesByDay(full);
  const failed = new Set(
    full.filter(({ proof }) => proof === 'failed').map(({ at }) => dayKey(new Date(at))),
  );
  const first = calendarStart(now);
  const offset = mondayFirst(first);
  const days = Array.from({ length: dayCount }, (_, at): CalendarDay => {
    const date = new Date(first.getFullYear(), first.getMonth(), first.getDate() + at);
    const day = dayKey(date);
    const place = { column: Math.floor((offset + at) / 7), row: (offset + at) % 7 };
    const state = stateOf.get(day) ?? 'none';
    return { day, state, hasFailed: failed.has(day), ...place, isToday: at === dayCount - 1 };
  });
  return { days, counts: countStates(days), months: findMonths(days) };
}

/** The best outcome of a day's backups; a failed test counts more than a backup that was not tested. */
function statesByDay(marks: readonly Mark[]): Map<string, DayState> {
  const states = new Map<string, DayState>();
  for (const { at, proof } of marks) {
    const state = proof === 'proven' ? 'proven' : proof === 'failed' ? 'failed' : 'made';
    const day = dayKey(new Date(at));
    const known = states.get(day);
    if (known === undefined || weights[state] > weights[known]) states.set(day, state);
  }
  return states;
}

const weights: Record<DayState, number> = { none: 0, made: 1, failed: 2, proven: 3 };

function countStates(days: CalendarDay[]): Record<DayState, number> {
  const counts = { proven: 0, made: 0, failed: 0, none: 0 };
  for (const { state } of days) counts[state]++;
  return counts;
}

/** A month of which less than two columns are shown has no room for its name. */
function findMonths(days: CalendarDay[]): Calendar['months'] {
  const months: Calendar['months'] = [];
  for (const { day, column } of days) {
    const month = Number(day.slice(5, 7));
    if (months.at(-1)?.month !== month) months.push({ column, month });
  }
  return months.filter(({ column }, at) => (months[at + 1]?.column ?? column + 2) - column >= 2);
}

const mondayFirst = (date: Date) => (date.getDay() + 6) % 7;

function dayKey(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `Backups on the last 90 days: made on 86, of which 11 are proven and 1 failed its test (8 Nov); none on 4 (…).` `dateOf`
 *  words a day. */
export function describeCalendar({ days, counts }: Calendar, dateOf: (day: string) => string): string {
  const { proven, failed, none } = counts;
  const dates = (wanted: DayState) => {
    const found = days.filter(({ state }) => state === wanted).map(({ day }) => dateOf(day));
    return found.length > 0 && found.length <= datesNamed ? ` (${formatList(found)})` : '';
  };
  const made = `made on ${dayCount - none}, of which ${proven} proven and ${failed} failed`;
  return `Backups on the last ${dayCount} days: ${made}${dates('failed')}; none on ${none}${dates('none')}.`;
}
