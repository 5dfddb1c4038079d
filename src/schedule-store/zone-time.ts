// Times as a clock in an IANA time zone shows them.
import { keepResults } from './keep-results.ts';
import { zoneOffsets, zones } from './time-caches.ts';

/** `month` is 1 to 12; `weekday` is 0 for Sunday. */
type ZoneTime = {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
};

const days = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ');

/** Each zone changes its clock at a whole quarter of an hour, since 1973 at the latest. */
const quarterMs = 900_000;
const quartersFrom = Date.UTC(1973, 0);

/** Throws a RangeError for an unknown zone. */
export function timeIn(zone: string, at: Date): ZoneTime {
  const shown = new Date(at.getTime() + offsetMs(zone, at));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    weekday: shown.getUTCDay(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
  };
}

/** How far the clock of the zone is ahead of UTC, in milliseconds. Throws a RangeError for an unknown zone. */
export function offsetMs(zone: string, at: Date): number {
  const time = at.getTime();
  return time < quartersFrom
    ? formattedOffset(zone, time)
    : quarterOffset(`${Math.floor(time / quarterMs)} ${zone}`);
}

/** Formatting takes fifty times longer. */
const quarterOffset = keepResults(zoneOffsets, (key) => {
  const space = key.indexOf(' ');
  return formattedOffset(key.slice(space + 1), Number(key.slice(0, space)) * quarterMs);
});

function formattedOffset(zone: string, time: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(time)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
}

/** `14:15` */
export function clockIn(zone: string, at: Date): string {
  const { hour, minute } = timeIn(zone, at);
  return `${two(hour)}:${two(minute)}`;
}

/** `Sun 29 Nov` */
export function dayIn(zone: string, at: Date): string {
  const { weekday, day, month } = timeIn(zone, at);
  return `${days[weekday]} ${day} ${months[month - 1]}`;
}

/** `Sun 29 Nov, 02:00` */
export function momentIn(zone: string, at: Date): string {
  return `${dayIn(zone, at)}, ${clockIn(zone, at)}`;
}

/** `Sun 29 Nov 2026, 02:00` */
export function fullMomentIn(zone: string, at: Date): string {
  return `${dayIn(zone, at)} ${timeIn(zone, at).year}, ${clockIn(zone, at)}`;
}

/** `Sun` */
export function weekdayIn(zone: string, at: Date): string {
  return days[timeIn(zone, at).weekday] ?? '';
}

/** Loading a zone takes a millisecond. */
const formatOf = keepResults(
  zones,
  (zone) =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }),
);

function two(value: number): string {
  return String(value).padStart(2, '0');
}
