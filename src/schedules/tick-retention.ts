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
  return createLoop({
    everyMs: dayMs,
    /** Gives how many were removed. */
    async runOnce(isStopped) {
      const before = new Date(now().getTime() - config.scheduleTickDays * dayMs).toISOString();
      let total = 0;
      for (let removed = batchTicks; removed === batchTicks && !isStopped(); total += removed) {
        removed = await untilFree(() => schedules.pruneTicks(before, batchTicks));
        await new Promise(setImmediate);
      }
      return total;
    },
    onError: (error) => log.error({ err: error }, 'old due times could not be removed; tried again tomorrow'),
  });
}
