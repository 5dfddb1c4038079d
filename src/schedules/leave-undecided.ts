// Decides what a schedule owes when it is changed, switched off or removed: due times that came, but were not started yet. Part of
// the transaction of the change, so that no due time is left without a tick.
import { formatMinute } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { readStoredCron } from '../schedule-store/next-runs.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { owedSince, readNewest } from './owed-times.ts';

type Given = Pick<Kernel, 'now'> & {
  schedules: Pick<ScheduleRepository, 'addTick' | 'lastDueAt' | 'oweSince'>;
};

/** `next`: the schedule as it will be stored; null if it is removed. */
export function leaveUndecided({ now, schedules }: Given, before: Schedule | null, next: Schedule | null) {
  if (!before?.is_on || next?.due_since === before.due_since) return;
  const until = next ? new Date(next.due_since) : now();
  const rule = readStoredCron(before.cron, before.zone);
  if (!rule) return;
  const { times, earlier } = readNewest(rule, owedSince(schedules, before, until), until);
  const why = `The schedule was ${describeChange(next)} before it was started`;
  const leave = (due: Date, sentence: string) =>
    schedules.addTick({
      schedule: before.name,
      due_at: due.toISOString(),
      outcome: 'skipped',
      why: sentence,
      code: null,
      job: null,
      decided_at: now().toISOString(),
    });
  if (earlier) {
    const since = formatMinute(earlier.first.toISOString());
    leave(earlier.last, `${why}, as for each due time since ${since}.`);
  }
  for (const due of times) leave(due, `${why}.`);
}

function describeChange(next: Schedule | null): string {
  if (!next) return 'removed';
  return next.is_on ? 'changed' : 'switched off';
}
