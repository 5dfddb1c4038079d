// The usage of a worker: it writes to ops.db itself, because a worker that is started by hand has no server to report to.
import type { UntilFree } from '../core/db/busy-retry.ts';
import { type Db, setBusyMs } from '../core/db/open.ts';
import { explain } from '../core/faults.ts';
import { createLoop } from '../core/loop.ts';
import { createCpuMeter } from '../cost-store/cpu-meter.ts';
import { createUsageCounter } from '../cost-store/usage-counter.ts';
import { createUsageRepository, type UsageRow } from '../cost-store/usage-repository.ts';
import { describeFate } from '../cost-store/usage-words.ts';

const everyMs = 60_000;
/** How long the last write waits for a busy database. */
const lastWriteMs = 2000;

type Given = {
  ops: Db;
  untilFree: UntilFree;
  now: () => Date;
  /** Writes a line to the log of the process. */
  report: (line: string) => void;
};

export function createWorkerUsage({ ops, untilFree, now, report }: Given) {
  const onError = (error: unknown, lost: readonly UsageRow[] = []) =>
    report(`Usage could not be written; ${describeFate(lost)}. ${explain(error)}`);
  const usage = createUsageCounter({ usageRepository: createUsageRepository(ops), untilFree, now, onError });
  const cpuSec = createCpuMeter();
  const countCpu = () => usage.add('job_cpu_sec', cpuSec());
  const loop = createLoop({ everyMs, runOnce: countCpu, onError });

  return {
    countUsage: usage.add,
    start: () => void loop.start(),
    /** The last use of the database: blocks the thread while it is busy, and reports the counts that could not be written. */
    end() {
      void loop.stop();
      countCpu();
      setBusyMs([ops], lastWriteMs);
      usage.end();
    },
  };
}
