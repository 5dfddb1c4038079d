// Telemetry: the newest sample, series of samples, and figures of jobs.
import type { Kernel } from '../core/kernel.ts';
import type { LibraryCounts } from '../embedding/counts.ts';
import type { LiveIndex } from '../index/live.ts';
import { createJobFigures } from './job-figures.ts';
import { createJobTally } from './job-tally.ts';
import { createProcessMeter } from './process-meter.ts';
import { createSampleRepository } from './repository.ts';
import { createSampler } from './sampler.ts';
import { createSeries } from './series.ts';
import {
  embeddingRate,
  filesSource,
  indexSource,
  jobsSource,
  queueSource,
  type SampledWorker,
  workersSource,
} from './sources.ts';

export type Telemetry = ReturnType<typeof createTelemetry>;

type Given = Pick<Kernel, 'config' | 'library' | 'ops' | 'bus' | 'now'> & {
  liveIndex: LiveIndex;
  counts: LibraryCounts;
  workers: () => SampledWorker[];
  streams: () => number;
  onError: (error: Error, what: string) => void;
};

export function createTelemetry(given: Given) {
  const { config, ops, liveIndex, counts, bus, workers, streams, now } = given;
  const intervalMs = config.telemetryIntervalMs;
  const samples = createSampleRepository(ops);
  const jobs = createJobFigures(ops);
  const tally = createJobTally({ figures: jobs, bus, now });
  const meter = createProcessMeter();
  const ratePerMin = () => embeddingRate(workers(), jobs);
  const sources = {
    queue: queueSource(counts),
    index: indexSource(liveIndex),
    jobs: jobsSource(jobs, tally),
    files: filesSource(config),
    workers: workersSource(workers),
    rate: () => ({ embedding_rate: ratePerMin() }),
    streams: () => ({ streams: streams() }),
    process: meter.read,
  };
  const sampler = createSampler({ ...given, samples, sources, intervalMs });

  return {
    ...createSeries({ samples, intervalMs, bus, now }),
    start() {
      meter.start();
      void sampler.start();
    },
    /** Safe twice. */
    async stop() {
      meter.stop();
      await sampler.stop();
    },
    runOnce: sampler.runOnce,
    latest: sampler.latest,
    embeddingRate: ratePerMin,
    jobs: { active: jobs.active, operation: jobs.operation, lastDay: tally.lastDay, parts: tally.parts },
  };
}
