// Sorts the due times of a schedule: on time, to be made up, or missed.
import type { CronRule } from '../schedule-store/cron.ts';
import { readStoredCron } from '../schedule-store/next-runs.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { DueRun } from './decide.ts';
import type { Owed } from './owed-times.ts';

/** A due time that is decided later was missed. */
const graceMs = 60_000;
/** An older one is not made up. */
const makeUpMaxMs = 24 * 3_600_000;
const rulesKept = 1000;

/** `causeOf`: why a due time was not decided in time. */
export function sortDue(
  schedule: Schedule,
  { times, earlier }: Owed,
  at: Date,
  causeOf: (due: Date) => string,
): { missed: Owed; runs: DueRun[] } {
  const late = times.filter((due) => at.getTime() - due.getTime() > graceMs);
  const newest = schedule.missed === 'once' ? late.at(-1) : undefined;
  const madeUp = newest && at.getTime() - newest.getTime() <= makeUpMaxMs ? newest : undefined;
  const onTime = times.slice(late.length).map((due) => ({ schedule, due, madeUpFor: null }));
  if (!madeUp) return { missed: { times: late, earlier }, runs: onTime };
  const run = { schedule, due: madeUp, madeUpFor: causeOf(madeUp) };
  return { missed: { times: late.slice(0, -1), earlier }, runs: [run, ...onTime] };
}

export function oldestFirst(one: DueRun, other: DueRun): number {
  return one.due.getTime() - other.due.getTime() || (one.schedule.name < other.schedule.name ? -1 : 1);
}

/** Reads each rule once; null for one that this machine cannot read. */
export function createRules() {
  const rules = new Map<string, CronRule | null>();
  return ({ cron, zone }: Schedule): CronRule | null => {
    const key = `${zone} ${cron}`;
    if (rules.size > rulesKept) rules.clear();
    const rule = rules.has(key) ? (rules.get(key) ?? null) : readStoredCron(cron, zone);
    rules.set(key, rule);
    return rule;
  };
}
