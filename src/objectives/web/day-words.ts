// Days in words: `19, 20, 21 and 27 Nov`.
import { formatList, plural } from '../../core/format.ts';
import { dayOf } from '../../web/template-globals.ts';

/** More days than these are counted in words, and the last one is named. */
const maxNamed = 4;

/** Oldest first. */
export function nameDays(days: readonly Date[]): string {
  const last = days.at(-1);
  if (!last) return '';
  if (days.length > maxNamed) return `${plural(days.length, 'day')}, the last on ${dayOf(last)}`;
  return formatList(
    days.map((day, at) => {
      const next = days[at + 1];
      return next && next.getMonth() === day.getMonth() ? String(day.getDate()) : dayOf(day);
    }),
  );
}
