// The due times of a cron rule in a time zone. A rule that names hours goes by local time: a time that
// does not exist is due at the end of the gap, one that comes twice is due once. A rule of every hour goes by real time: each
// hour and each minute that comes is due when it comes.
import { Cron } from 'croner';
import { type ArgumentProblem, invalidArguments } from '../core/arguments.ts';
import { readCronFields } from './cron-fields.ts';
import { offsetMs } from './zone-time.ts';

export type CronRule = {
  /** The first due time after it; null if there is none. */
  next(after: Date): Date | null;
  nextTimes(after: Date, count: number): Date[];
  /** The newest `max` due times in (after, until], the oldest first. */
  dueBetween(after: Date, until: Date, max: number): Date[];
  /** The shortest interval between due times in seconds, without changes of the clock; null for a rule with one due time. */
  minIntervalSec(): number | null;
};

const hoursOfDay = 24;
const intervalsRead = 30;
/** A Monday. */
const readFrom = new Date('2026-01-05T00:00:00Z');

/** `zone`: an IANA name. Throws `invalid_arguments` with a problem of the field `cron`, of `zone`, or of both. */
export function readCron(cron: string, zone: string): CronRule {
  const read = readCronFields(cron);
  const problems: ArgumentProblem[] = 'problems' in read ? read.problems.map(cronProblem) : [];
  if (!isZone(zone)) problems.push({ field: 'zone', message: describeZone(zone) });
  if ('problems' in read || problems.length > 0) throw invalidArguments(problems);
  const { parts, minutes, hours } = read;
  const time = hours.length === hoursOfDay ? [minutes, '*'] : [minutes, hours];
  const pattern = [...time.map(String), ...parts.slice(2)].join(' ');
  const rule = parse(pattern, zone);
  if (!rule.nextRun(readFrom))
    throw invalidArguments([cronProblem('No day of the calendar fits this rule, so it never runs.')]);
  return toRule(rule, pattern);
}

let zoneOfMachine: string | null = null;

/** The zone of this machine when the process started. */
export function machineZone(): string {
  zoneOfMachine ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zoneOfMachine;
}

function parse(pattern: string, zone: string): Cron {
  try {
    return new Cron(pattern, {
      mode: '5-part',
      timezone: zone,
      fixedTimeRule: 'no-wildcard',
      paused: true,
    });
  } catch {
    const message = 'The rule cannot be read; use numbers, ranges, lists and steps.';
    throw invalidArguments([cronProblem(message)]);
  }
}

function toRule(rule: Cron, pattern: string): CronRule {
  return {
    next: rememberNext((after) => rule.nextRun(after)),
    nextTimes: (after, count) => rule.nextRuns(count, after),
    dueBetween(after, until, max) {
      // The time that it is given is not among the previous ones.
      const end = new Date(until.getTime() + 1);
      let times: Date[] = [];
      // A hundred take ten milliseconds and more, and mostly none or one is due.
      for (let count = 1, isMore = true; isMore; count *= 8) {
        const wanted = Math.min(count, max);
        times = rule.previousRuns(wanted, end);
        const oldest = times.at(-1);
        isMore = wanted < max && times.length === wanted && oldest !== undefined && oldest > after;
      }
      return times.filter((time) => time > after && time <= until).reverse();
    },
    minIntervalSec() {
      const times = parse(pattern, 'UTC').nextRuns(intervalsRead, readFrom);
      const intervals = times.slice(1).map((time, at) => time.getTime() - (times[at] as Date).getTime());
      return intervals.length === 0 ? null : Math.min(...intervals) / 1000;
    },
  };
}

/** Between two due times the next one is the same, and it is asked for at every look. */
function rememberNext(compute: (after: Date) => Date | null): CronRule['next'] {
  let known: { from: Date; next: Date } | null = null;
  return (after) => {
    if (known && after >= known.from && after < known.next) return known.next;
    const next = compute(after);
    known = next && { from: after, next };
    return next;
  };
}

function isZone(zone: string): boolean {
  // Newer versions of Node take an offset such as +02:00, which knows no summer time.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    offsetMs(zone, readFrom);
    return true;
  } catch {
    return false;
  }
}

function describeZone(zone: string): string {
  return `“${zone}” is not a known time zone; write a name such as Europe/Berlin or UTC.`;
}

const cronProblem = (message: string): ArgumentProblem => ({ field: 'cron', message });
