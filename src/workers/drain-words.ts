// Words on the entries that an ended drain has left, for the card and the command line.
import { formatNumber, plural } from '../core/format.ts';

type Ended = { left_over: number | null; paused_left: number | null };

/** `38 entries are left, and 10 of a paused kind.` As it was at the end, whatever is paused now. */
export function describeLeft({ left_over, paused_left }: Ended): string {
  const [left, paused] = [left_over ?? 0, paused_left ?? 0];
  const are = (count: number, of = '') => plural(count, `entry${of} is`, `entries${of} are`);
  if (paused === 0) return `${are(left)} left.`;
  if (left === 0) return `${are(paused, ' of a paused kind')} left, no others.`;
  return `${are(left)} left, and ${formatNumber(paused)} of a paused kind.`;
}
