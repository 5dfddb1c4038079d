// A time on a page of schedules: always by the clock of this machine, as all times of the server are, and for a schedule of
// another zone also by the clock of that zone, with its name.
import { machineZone } from './cron.ts';
import { fullMomentIn, momentIn } from './zone-time.ts';

/** `elsewhere`: `Sun 29 Nov, 04:00 in Asia/Magadan`; null for the zone of this machine. */
export type Moment = { at: string; text: string; elsewhere: string | null };

/** The zone, unless it is that of this machine. */
export const otherZone = (zone: string): string | null => (zone === machineZone() ? null : zone);

/** `isFull`: with the year. */
export function momentOf(zone: string, at: Date, { isFull = false } = {}): Moment {
  const format = isFull ? fullMomentIn : momentIn;
  const other = otherZone(zone);
  return {
    at: at.toISOString(),
    text: format(machineZone(), at),
    elsewhere: other && `${format(other, at)} in ${other}`,
  };
}
