// The days on which a zone changes its clock, and what a rule does on them.
import type { CronRule } from '../schedule-store/cron.ts';
import { clockIn, dayIn, offsetMs, timeIn } from '../schedule-store/zone-time.ts';

const hourMs = 3_600_000;
const searchMs = 400 * 24 * hourMs;
const stepMs = 12 * hourMs;
const maxChanges = 2;

/** `at`: the first moment with the new offset; `byMs`: how far the clock moves, above 0 in a gap. */
type ClockChange = { at: Date; byMs: number };

/** The next two changes within 400 days; none for a zone without them. */
function nextClockChanges(zone: string, after: Date): ClockChange[] {
  const changes: ClockChange[] = [];
  const start = after.getTime();
  let offset = offsetMs(zone, after);
  // The same places at each call, because offsets are kept.
  const first = (Math.floor(start / stepMs) + 1) * stepMs;
  for (let at = first; at <= start + searchMs && changes.length < maxChanges; at += stepMs) {
    const next = offsetMs(zone, new Date(at));
    if (next === offset) continue;
    changes.push({ at: findChange(zone, Math.max(start, at - stepMs), at), byMs: next - offset });
    offset = next;
  }
  return changes;
}

/** The next two changes in words; none for a zone that keeps its clock. `isAffected`: a run falls into one. */
export function describeClockChanges(rule: CronRule, zone: string, after: Date): ClockSentence[] {
  return nextClockChanges(zone, after).map((change) => describeChange(rule, zone, change));
}

type ClockSentence = { text: string; isAffected: boolean };

function describeChange(rule: CronRule, zone: string, { at, byMs }: ClockChange): ClockSentence {
  const day = `${dayIn(zone, at)} ${timeIn(zone, at).year}`;
  const before = new Date(at.getTime() - 1);
  const [last, first] = [clockAfter(zone, before), clockIn(zone, at)];
  const sentence = (what: string, runs: string | null) => ({
    text: `On ${day} ${what}; ${runs ?? 'no run falls into it'}.`,
    isAffected: runs !== null,
  });
  if (byMs > 0) {
    const isDue = rule.next(before)?.getTime() === at.getTime();
    return sentence(`${last} to ${first} does not exist`, isDue ? `it runs at ${first}` : null);
  }
  const again = at.getTime() - byMs;
  const run = rule.next(new Date(at.getTime() + byMs - 1));
  if (!run || run.getTime() >= again) return sentence(`${first} to ${last} comes twice`, null);
  // A rule repeats all of its runs or none.
  const repeated = run.getTime() - byMs;
  const isTwice = rule.next(new Date(repeated - 1))?.getTime() === repeated;
  return sentence(`${first} to ${last} comes twice`, isTwice ? 'it runs both times' : 'it runs once');
}

/** The clock a moment after `at`, as it would be without the change: `02:00` for 01:59:59. */
function clockAfter(zone: string, at: Date): string {
  const { hour, minute } = timeIn(zone, at);
  const next = (hour * 60 + minute + 1) % (24 * 60);
  return [Math.floor(next / 60), next % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** To the second. */
function findChange(zone: string, from: number, until: number): Date {
  const before = offsetMs(zone, new Date(from));
  let [low, high] = [from, until];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle <= low) break;
    if (offsetMs(zone, new Date(middle)) === before) low = middle;
    else high = middle;
  }
  return new Date(Math.ceil(high / 1000) * 1000);
}
