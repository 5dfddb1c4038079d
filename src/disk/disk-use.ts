// Measures the use of the disk every hour and after jobs, keeps it by day, and predicts when the disk will be full.
import { isTerminal } from '../jobs/job.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { UsageCounter } from '../cost-store/usage-counter.ts';
import type { Telemetry } from '../telemetry/parts.ts';
import type { DiskUseRepository } from './disk-use-repository.ts';
import { type Forecast, forecastOf, type Growth, growthOf } from './forecast.ts';
import { type DiskPartName, diskPartTitles } from './parts-of-disk.ts';
import type { Measured } from './walk-disk.ts';

export type DiskUse = {
  measured_at: string;
  /** The sum of all parts on the disk of the data folder. */
  used_bytes: number;
  free_bytes: number;
  total_bytes: number;
  /** Some folders could not be read. */
  is_partial: boolean;
  parts: { name: DiskPartName; title: string; bytes: number; is_elsewhere: boolean }[];
  growth: Growth | null;
  forecast: Forecast | null;
};

type Given = Pick<Kernel, 'bus' | 'log' | 'now' | 'untilFree'> & {
  repository: DiskUseRepository;
  usage: Pick<UsageCounter, 'add'>;
  telemetry: Pick<Telemetry, 'series'>;
  measure: (signal: AbortSignal) => Promise<Measured>;
};

const dayMs = 86_400_000;
const everyMs = 3_600_000;
const firstAfterMs = 15_000;
/** A job that ends sooner after a measurement is measured with the next one. */
const afterJobsMs = 60_000;
const outdatedMs = 60_000;
const keptDays = 400;
const growthDays = 30;
const rateDays = 7;

export function createDiskUse(given: Given) {
  const { bus, log, now, repository, measure } = given;
  const stopping = new AbortController();
  let current: DiskUse | null = null;
  let hasFailed = false;
  const loop = createLoop({
    everyMs,
    runOnce,
    onError(error) {
      if (stopping.signal.aborted) return;
      hasFailed = true;
      log.error({ err: error }, 'the use of the disk could not be measured');
      bus.emit('disk');
    },
  });
  const delay = createDelay();
  const ended = watchEndedJobs(bus, () => {
    if (current) delay.begin(afterJobsMs, loop.runNow);
  });

  return {
    /** The last measurement; null before the first measurement of this process. */
    current: () => current,

    /** The same, but a first look need not wait for the first measurement. */
    look(): DiskUse | null {
      if (!current) void loop.start();
      return current;
    },

    /** Measures soon what a job has changed since, or what another program may have changed. */
    measureAgain() {
      if (!current || stopping.signal.aborted) return;
      if (ended.isAny() || isOutdated(current, now())) void loop.runNow();
    },

    /** Whether there is no measurement because the last one has failed. */
    hasFailed: () => hasFailed && !current,

    /** Waits for the first measurement. Null when it fails. */
    async measured(): Promise<DiskUse | null> {
      if (!current) await loop.start();
      return current;
    },

    /** The bytes of each part by day, the oldest first. */
    days: () => repository.since(dayBefore(now(), growthDays)),

    /** The first measurement comes later, to leave the start of the server its processor. */
    start: () => delay.begin(firstAfterMs, loop.start),
    runOnce: loop.runOnce,

    async stop() {
      stopping.abort();
      delay.end();
      await loop.stop();
    },
  };

  async function runOnce() {
    ended.forget();
    const measured = await measure(stopping.signal);
    const at = now();
    await store(given, measured, at);
    current = describe(given, measured, at);
    bus.emit('disk');
  }
}

/** Such a measurement is repeated for somebody who looks. */
const isOutdated = ({ measured_at: at }: DiskUse, now: Date) => now.getTime() - Date.parse(at) > outdatedMs;

/** The use is shown even if it cannot be stored. */
async function store({ log, repository, usage, untilFree }: Given, { parts }: Measured, at: Date) {
  const day = dayBefore(at, 0);
  usage.add('disk_bytes', sumHere(parts));
  const uses = parts.map(({ part, bytes }) => ({ day, part, bytes }));
  await untilFree(() => repository.save(uses, dayBefore(at, keptDays))).catch((error) =>
    log.error({ err: error }, 'the use of the disk could not be stored'),
  );
}

/** The bytes of the parts on the disk of the data folder. */
function sumHere(parts: Measured['parts']): number {
  return parts.reduce((sum, { bytes, isElsewhere }) => sum + (isElsewhere ? 0 : bytes), 0);
}

/** Whether a job has ended since the last measurement began. */
function watchEndedJobs(bus: Given['bus'], onEnd: () => void) {
  let hasEnded = false;
  bus.on('job', ({ status }) => {
    if (!isTerminal(status)) return;
    hasEnded = true;
    onEnd();
  });
  return {
    isAny: () => hasEnded,
    forget() {
      hasEnded = false;
    },
  };
}

/** One timer, which a second call does not begin again. */
function createDelay() {
  let timer: NodeJS.Timeout | null = null;
  let hasEnded = false;
  return {
    begin(ms: number, work: () => Promise<void>) {
      if (hasEnded) return;
      timer ??= setTimeout(() => {
        timer = null;
        void work();
      }, ms).unref();
    },

    end() {
      hasEnded = true;
      if (timer) clearTimeout(timer);
    },
  };
}

function describe({ repository, telemetry }: Given, measured: Measured, at: Date): DiskUse {
  const { parts, free, total, isPartial } = measured;
  const elsewhere = parts.filter(({ isElsewhere }) => isElsewhere).map(({ part }) => part);
  const isElsewhere = (part: DiskPartName) => elsewhere.includes(part);
  const growth = growthOf(repository.since(dayBefore(at, growthDays)), isElsewhere);
  const since = new Date(at.getTime() - rateDays * dayMs);
  return {
    measured_at: at.toISOString(),
    used_bytes: sumHere(parts),
    free_bytes: free,
    total_bytes: total,
    is_partial: isPartial,
    parts: parts.map(({ part, bytes }) => ({
      name: part,
      title: diskPartTitles[part],
      bytes,
      is_elsewhere: isElsewhere(part),
    })),
    growth,
    forecast: forecastOf(free, growth, telemetry.series('disk_free_bytes', since).points),
  };
}

/** `2026-11-29` */
function dayBefore(at: Date, days: number): string {
  return new Date(at.getTime() - days * dayMs).toISOString().slice(0, 10);
}
