// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { telemetry } from '../telemetry/feature.ts';
import { workers } from '../workers/feature.ts';
import { createQueueRates } from './queue-rates.ts';

export type QueueContext = Kernel & ReturnType<typeof createQueueParts>;

export function createQueueParts(ctx: Context) {
  const { queue, counts, workers: workerVerbs, modelChanges } = ctx.use(workers);
  const samples = ctx.use(telemetry).telemetry;
  const rates = createQueueRates({ telemetry: samples, modelChanges: modelChanges.spans, now: ctx.now });
  return { queue, counts, workers: workerVerbs, telemetry: samples, rates };
}
