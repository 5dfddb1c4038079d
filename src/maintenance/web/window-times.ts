// The times of a window as local texts, which do not change with the clock.
import { formatSpan } from '../../core/format.ts';
import { clockOf, dayOf, dayTime } from '../../web/template-globals.ts';

/** `14:30`, or `30 Nov, 14:30` on another day than `beside`. */
export function shortTime(iso: string, beside: string): string {
  const at = new Date(iso);
  const clock = clockOf(at).slice(0, 'HH:MM'.length);
  return at.toDateString() === new Date(beside).toDateString() ? clock : `${dayOf(at)}, ${clock}`;
}

/** `30 Nov, 14:00 to 14:30`, `30 Nov, 23:45 to 1 Dec, 00:15` */
export function timeSpan(from: string, to: string): string {
  return `${dayTime(from)} to ${shortTime(to, from)}`;
}

/** `1 h 30 min` */
export function spanOf(from: string, to: string): string {
  return formatSpan(Date.parse(to) - Date.parse(from));
}
