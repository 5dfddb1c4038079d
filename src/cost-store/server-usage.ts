// Counts the CPU time of this process every minute, and forgets usage that is too old.
import { localDay } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { createCpuMeter } from './cpu-meter.ts';
import { firstKeptDay } from './days.ts';
import type { UsageCounter } from './usage-counter.ts';
import type { UsageRepository } from './usage-repository.ts';

const everyMs = 60_000;

type Given = Pick<Kernel, 'log' | 'now' | 'untilFree'> & {
  usage: UsageCounter;
  usageRepository: Pick<UsageRepository, 'prune'>;
};

export function createServerUsage({ log, now, untilFree, usage, usageRepository }: Given) {
  const cpuSec = createCpuMeter();
  let prunedOn = '';
  const loop = createLoop({
    everyMs,
    async runOnce() {
      usage.add('server_cpu_sec', cpuSec());
      const today = localDay(now());
      if (today === prunedOn) return;
      await untilFree(() => usageRepository.prune(firstKeptDay(today)));
      prunedOn = today;
    },
    onError: (error) => log.error({ err: error }, 'old usage could not be removed'),
  });

  return {
    start: () => void loop.start(),
    stop: loop.stop,
    /** After the last job and request. Never throws. */
    end() {
      usage.add('server_cpu_sec', cpuSec());
      usage.end();
    },
  };
}
