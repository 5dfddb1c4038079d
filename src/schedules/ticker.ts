// Decides the due times of all schedules: each exactly once, the oldest first. It sleeps until the next due time, and never
// long, so that it notices a machine that slept and a clock that was set.
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { readStoredCron } from '../schedule-store/next-runs.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';
import type { Decider } from './decide.ts';
import { type DueRun, oldestFirst, sortDue } from './due-now.ts';
import { causes, type createMissed } from './missed.ts';
import { owedSince, readOwed } from './owed-times.ts';

type Given = Pick<Kernel, 'bus' | 'log' | 'now'> & {
  schedules: ScheduleRepository;
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
  const { bus, decider, log, now, schedules, recordMissed, isStopped } = given;
  /** The start of the first pass: this process has decided nothing before it. */
  let firstAt: Date | null = null;
  const causeOf = (due: Date) => (firstAt && due > firstAt ? causes.late : causes.off);

  return async () => {
    const at = now();
    firstAt ??= at;
    const runs: DueRun[] = [];
    let decided = 0;
    for (const schedule of schedules.all()) {
      const rule = schedule.is_on ? readStoredCron(schedule.cron, schedule.zone) : null;
      if (!rule || isStopped()) continue;
      const owed = await readOwed(rule, owedSince(schedules, schedule, at), at);
      const due = sortDue(schedule, owed, at, causeOf);
      decided += await recordMissed(schedule, due.missed, { causeOf, isCurrent: decider.isCurrent });
      runs.push(...due.runs);
    }
    decided += await decideAll(runs);
    if (decided > 0) bus.emit('schedules');
  };

  /** A schedule whose due time could not be decided keeps its later ones for the next pass. */
  async function decideAll(runs: DueRun[]): Promise<number> {
    const held = new Set<string>();
    let decided = 0;
    for (const run of runs.sort(oldestFirst)) {
      const { name } = run.schedule;
      if (isStopped() || held.has(name)) continue;
      const isDecided = await decider.decide(run).catch((error) => {
        log.warn({ err: error, schedule: name }, 'a due time is not decided yet');
        return false;
      });
      if (isDecided) decided += 1;
      else held.add(name);
    }
    return decided;
  }
}
