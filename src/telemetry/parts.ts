// What the feature consists of, built from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { embedding } from '../embedding/feature.ts';
import { index } from '../index/feature.ts';
import { workers } from '../workers/feature.ts';
import { createTelemetry } from './telemetry.ts';

export type TelemetryParts = ReturnType<typeof createTelemetryParts>;
export type TelemetryContext = Kernel & TelemetryParts;

export function createTelemetryParts(ctx: Context) {
  const { config, library, ops, bus, log, streamCount, now } = ctx;
  const { workers: workerVerbs } = ctx.use(workers);
  const telemetry = createTelemetry({
    config,
    library,
    ops,
    liveIndex: ctx.use(index).liveIndex,
    counts: ctx.use(embedding).counts,
    bus,
    workers: () => workerVerbs.view().workers,
    streams: streamCount,
    now,
    onError: (error, what) => log.error({ err: error, what }, 'telemetry is incomplete'),
  });
  return { telemetry };
}
