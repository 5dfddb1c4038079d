// Times as a clock in an IANA time zone shows them.

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

/** Loading a zone takes a millisecond. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws a RangeError for an unknown zone. */
export function timeIn(zone: string, at: Date): ZoneTime {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return { year, month, day, weekday, hour, minute, second };
}

/** How far the clock of the zone is ahead of UTC, in milliseconds. */
export function offsetMs(zone: string, at: Date): number {
  const { year, month, day, hour, minute, second } = timeIn(zone, at);
  const whole = Math.floor(at.getTime() / 1000) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
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

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
