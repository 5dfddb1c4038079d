// Decides the due times of all schedules: each exactly once, the oldest first. It sleeps until the next due time, and never
// long, so that it notices a machine that slept and a clock that was set.
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { readStoredCron } from '../schedule-store/next-runs.ts';
import type { Schedule } from '../schedule-store/schedule.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import type { Decider } from './decide.ts';
import { type DueRun, oldestFirst, sortDue } from './due-now.ts';
import { causes, type createMissed } from './missed.ts';
import { owedSince, readOwed } from './owed-times.ts';

type Given = Pick<Kernel, 'bus' | 'log' | 'now'> & {
  schedules: ScheduleRepository;
  repository: Pick<JobRepository, 'synced'>;
  decider: Decider;
  recordMissed: ReturnType<typeof createMissed>;
};

const sleepMaxMs = 30_000;
/** A timer may fire a little before its time. */
const lagMs = 5;

export function createTicker(given: Given) {
  const { log, now, schedules } = given;
  let isStopped = false;
  const pass = createPass({ ...given, isStopped: () => isStopped });
  const loop = createLoop({
    everyMs: sleepMs,
    runOnce: pass,
    onError: (error) => log.error({ err: error }, 'due times could not be decided; tried again soon'),
  });

  return {
    /** Decides what is due by now. Concurrent calls share one pass. */
    runOnce: loop.runOnce,
    start() {
      isStopped = false;
      void loop.start();
    },
    /** After a change of the schedules: the next due time may be sooner than the end of the sleep. */
    wake: loop.wake,
    /** Settles when the due time in hand is decided. Idempotent. */
    stop() {
      isStopped = true;
      return loop.stop();
    },
  };

  function sleepMs(): number {
    const at = now();
    const due = schedules
      .all()
      .filter(({ is_on: isOn }) => isOn)
      .map(({ cron, zone }) => readStoredCron(cron, zone)?.next(at)?.getTime() ?? Number.POSITIVE_INFINITY);
    return Math.min(sleepMaxMs, Math.min(...due) - at.getTime() + lagMs);
  }
}

function createPass(given: Given & { isStopped: () => boolean }) {
  const { bus, decider, log, now, repository, schedules, recordMissed, isStopped } = given;
  /** The start of the first pass: this process has decided nothing before it. */
  let firstAt: Date | null = null;
  const causeOf = (due: Date) => (firstAt && due > firstAt ? causes.late : causes.off);

  return async () => {
    const at = now();
    firstAt ??= at;
    const runs: DueRun[] = [];
    let decided = 0;
    for (const schedule of schedules.all().filter(({ is_on: isOn }) => isOn))
      decided += await attempt(schedule, async () => {
        const rule = readStoredCron(schedule.cron, schedule.zone);
        if (!rule) return 0;
        const owed = await readOwed(rule, owedSince(schedules, schedule, at), at);
        const { missed, runs: due } = sortDue(schedule, owed, at, causeOf);
        const count = await recordMissed(schedule, missed, { causeOf, isCurrent: decider.isCurrent });
        runs.push(...due);
        return count;
      });
    // Each has its own transaction, and all share a sync. A schedule has one run at most.
    for (const run of runs.sort(oldestFirst))
      decided += await attempt(run.schedule, async () => Number(await decider.decide(run)));
    if (decided === 0) return;
    await repository.synced();
    bus.emit('schedules');
  };

  /** Returns how many due times were decided. A failure is left to the next pass, and holds back no other schedule. */
  async function attempt({ name }: Schedule, work: () => Promise<number>): Promise<number> {
    if (isStopped()) return 0;
    await new Promise(setImmediate);
    return work().catch((error) => {
      log.warn({ err: error, schedule: name }, 'a due time is not decided yet');
      return 0;
    });
  }
}
