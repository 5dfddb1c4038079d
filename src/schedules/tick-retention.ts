// Removes old ticks, at start and once a day, in short batches.
import type { Config } from '../core/config.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { ScheduleRepository } from '../schedule-store/schedule-repository.ts';

type Given = Pick<Kernel, 'log' | 'now' | 'untilFree'> & {
  config: Pick<Config, 'scheduleTickDays'>;
  schedules: Pick<ScheduleRepository, 'pruneTicks'>;
};

const dayMs = 86_400_000;
const batchTicks = 500;

export function createTickRetention({ config, log, now, schedules, untilFree }: Given) {
  let isStopped = false;
  const loop = createLoop({
    everyMs: dayMs,
    runOnce: removeAll,
    onError: (error) => log.error({ err: error }, 'old due times could not be removed; tried again tomorrow'),
  });
  return {
    start() {
      isStopped = false;
      void loop.start();
    },
    stop() {
      isStopped = true;
      return loop.stop();
    },
    /** Gives how many were removed. */
    runOnce: loop.runOnce,
  };

  async function removeAll(): Promise<number> {
    const before = new Date(now().getTime() - config.scheduleTickDays * dayMs).toISOString();
    let total = 0;
    for (let removed = batchTicks; removed === batchTicks && !isStopped; total += removed) {
      removed = await untilFree(() => schedules.pruneTicks(before, batchTicks));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return total;
  }
}
