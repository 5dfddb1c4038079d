// Builds the objects of the feature from the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { telemetry } from '../telemetry/feature.ts';
import { workers } from '../workers/feature.ts';

export type QueueContext = Kernel & ReturnType<typeof createQueueParts>;

export function createQueueParts(ctx: Context) {
  const { queue, counts, workers: workerVerbs } = ctx.use(workers);
  return { queue, counts, workers: workerVerbs, telemetry: ctx.use(telemetry).telemetry };
}
