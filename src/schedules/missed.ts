// Records the due times that nobody has decided in time: a tick for each, in short transactions, and one row in the audit log.
import { systemRequester } from '../core/audit.ts';
import { formatMinute } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { Schedule, Tick } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { scheduleTarget } from './actions.ts';
import type { Missed } from './due-now.ts';
import type { Owed } from './owed-times.ts';

type Given = Pick<Kernel, 'audit' | 'now' | 'untilFree'> & {
  schedules: ScheduleRepository;
  repository: Pick<JobRepository, 'unsynced'>;
};

const atOnce = 100;

/** Its event, with `detail.transition`: `first`, `again` without a run since, `recovered` with the next run. */
export const missedEvent = 'schedule.missed';

export const causes = { off: 'No server was running.', late: 'The server was asleep or busy at this time.' };

export function createMissed({ audit, now, schedules, repository, untilFree }: Given) {
  /** `causeOf`: one of `causes`, for a due time. A batch is written only if the schedule is unchanged (`isCurrent`). */
  return async function recordMissed(
    schedule: Schedule,
    { times, earlier, note }: Missed,
    { causeOf, isCurrent }: { causeOf: (due: Date) => string; isCurrent: (schedule: Schedule) => boolean },
  ): Promise<number> {
    const { name } = schedule;
    const tick = (due: Date, why: string): Tick => ({
      schedule: name,
      due_at: due.toISOString(),
      outcome: 'missed',
      why,
      code: null,
      job: null,
      decided_at: now().toISOString(),
    });
    const shared = earlier && tick(earlier.last, describeEarlier(earlier, causeOf(earlier.last)));
    const own = times.map((due) => tick(due, `${causeOf(due)} ${note}`));
    const ticks = shared ? [shared, ...own] : own;
    if (ticks.length === 0) return 0;
    const transition = schedules.openMiss(name) === null ? 'first' : 'again';
    for (let at = 0; at < ticks.length; at += atOnce) {
      const batch = ticks.slice(at, at + atOnce);
      const isLast = at + atOnce >= ticks.length;
      const isWritten = await write(() => {
        if (!isCurrent(schedule)) return false;
        for (const one of batch) schedules.addTick(one);
        if (isLast)
          record(name, ticks, { transition, ...(earlier && { since: earlier.first.toISOString() }) });
        return true;
      });
      if (!isWritten) return at;
      await new Promise(setImmediate);
    }
    return ticks.length;
  };

  function write<T>(work: () => T): Promise<T> {
    return untilFree(() => repository.unsynced(() => schedules.transaction(work)));
  }

  function record(name: string, ticks: Tick[], more: Record<string, unknown>) {
    const detail = { since: ticks[0]?.due_at, until: ticks.at(-1)?.due_at, ticks: ticks.length, ...more };
    audit.record({
      event: missedEvent,
      outcome: 'failed',
      by: systemRequester,
      target: scheduleTarget(name),
      detail,
    });
  }
}

function describeEarlier(earlier: NonNullable<Owed['earlier']>, cause: string): string {
  return `Missed with every due time since ${formatMinute(earlier.first.toISOString())}. ${cause}`;
}
