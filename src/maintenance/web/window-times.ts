// The times of a window as local texts, which do not change with the clock.
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

/** `30 min`, `2 h`, `1 h 30 min`; below a minute in seconds. */
export function spanOf(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
