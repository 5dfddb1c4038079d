// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { costStore } from '../cost-store/feature.ts';
import { embedding } from '../embedding/feature.ts';
import { index } from '../index/feature.ts';
import { starts } from '../starts/feature.ts';
import { workers } from '../workers/feature.ts';
import { createJobFigures, createJobTally } from './job-figures.ts';
import { createSampleRepository } from './repository.ts';
import { createSampler } from './sampler.ts';
import { createSeries } from './series.ts';
import { createUsageHours } from './usage-hours-repository.ts';
import {
  cachesSource,
  createProcessMeter,
  createRequestTally,
  embeddedSource,
  embeddingRate,
  filesSource,
  indexSource,
  jobsSource,
  queueSource,
  workersSource,
} from './sources.ts';

export type TelemetryContext = Kernel & ReturnType<typeof createTelemetryParts>;
export type Telemetry = TelemetryContext['telemetry'];

export function createTelemetryParts(ctx: Context) {
  const { config, ops, bus, log, streamCount, caches, now } = ctx;
  const { liveIndex } = ctx.use(index);
  const { view } = ctx.use(workers).workers;
  const currentWorkers = () => view().workers;
  const intervalMs = config.telemetryIntervalMs;
  const samples = createSampleRepository(ops);
  const jobs = createJobFigures(ops);
  const tally = createJobTally({ figures: jobs, bus, now });
  const meter = createProcessMeter();
  const requests = createRequestTally();
  const ratePerMin = () => embeddingRate(currentWorkers(), jobs);
  const sources = {
    queue: queueSource(ctx.use(embedding).counts),
    embedded: embeddedSource(ctx.use(costStore).usageRepository, now),
    index: indexSource(liveIndex),
    jobs: jobsSource(jobs, tally),
    files: filesSource(config),
    workers: workersSource(currentWorkers),
    rate: () => ({ embedding_rate: ratePerMin() }),
    streams: () => ({ streams: streamCount() }),
    requests: requests.read,
    caches: cachesSource(caches),
    process: meter.read,
  };
  const onError = (error: Error, what: string) => log.error({ err: error, what }, 'telemetry is incomplete');
  const sampler = createSampler({ ...ctx, liveIndex, samples, sources, intervalMs, onError });

  const telemetry = {
    ...createSeries({ ...ctx, samples, intervalMs, starts: ctx.use(starts).starts }),
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
    countRequest: requests.add,
    usageHours: createUsageHours(ops),
    embeddingRate: ratePerMin,
    jobs: { active: jobs.active, operation: jobs.operation, lastDay: tally.lastDay, parts: tally.parts },
  };
  return { telemetry };
}
