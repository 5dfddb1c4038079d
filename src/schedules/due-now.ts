// Sorts the due times of a schedule: on time, to be made up, or missed.
import type { Schedule } from '../schedule-store/schedule.ts';
import type { Owed } from './owed-times.ts';

/** `madeUpFor`: why it was not decided in time; null for a run on time. */
export type DueRun = { schedule: Schedule; due: Date; madeUpFor: string | null };

/** A due time that is decided so late, or later, was missed. */
const graceMs = 60_000;
/** An older one is not made up. */
const makeUpMaxMs = 24 * 3_600_000;

/** `note`: why they are not made up. */
export type Missed = Owed & { note: string };

/** At most one is made up: the newest, if no newer one is on time. `causeOf`: why a due time was not decided in time. */
export function sortDue(
  schedule: Schedule,
  { times, earlier }: Owed,
  at: Date,
  causeOf: (due: Date) => string,
): { missed: Missed; runs: DueRun[] } {
  const late = times.filter((due) => at.getTime() - due.getTime() >= graceMs);
  const onTime = times.slice(late.length).map((due) => ({ schedule, due, madeUpFor: null }));
  const newest = late.at(-1);
  const leave = (note: string) => ({ missed: { times: late, earlier, note }, runs: onTime });
  if (schedule.missed === 'skip') return leave('Missed times are left out.');
  if (onTime.length > 0) return leave('A newer time was on time, so it is not made up.');
  if (!newest || at.getTime() - newest.getTime() > makeUpMaxMs) return leave('It is too old to be made up.');
  const note = 'Only the newest missed time is made up.';
  const run = { schedule, due: newest, madeUpFor: causeOf(newest) };
  return { missed: { times: late.slice(0, -1), earlier, note }, runs: [run] };
}

export function oldestFirst(one: DueRun, other: DueRun): number {
  return one.due.getTime() - other.due.getTime() || (one.schedule.name < other.schedule.name ? -1 : 1);
}
