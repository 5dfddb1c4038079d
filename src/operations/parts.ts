// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { costStore } from '../cost-store/feature.ts';
import { embedding as embeddingFeature } from '../embedding/feature.ts';
import { createEmbeddingRepository } from '../embedding/repository.ts';
import type { EntryCounts } from '../core/operation.ts';
import { index } from '../index/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { createIdempotency } from './idempotency.ts';
import { createCustomOperations } from './custom-operations.ts';
import { createEstimateSpending } from './spending.ts';

export type OperationContext = Kernel & ReturnType<typeof createOperationParts>;

export function createOperationParts(ctx: Context) {
  const { config, bus, catalogue, log, reservedNames } = ctx;
  const customOperations = createCustomOperations({
    file: config.operationsFile,
    reserved: reservedNames,
    onChange: () => bus.emit('operations'),
  });
  const { start, stop } = createLoop({
    everyMs: config.telemetryIntervalMs,
    runOnce: customOperations.runOnce,
    onError: (error) => log.error({ err: error }, 'operations.yaml could not be checked; tried again soon'),
  });
  const embedding = createEmbeddingRepository(ctx.library);
  const entryCounts: EntryCounts = {
    all: (part) => embedding.countEntries(part),
    unembedded: (part = {}) => embedding.countWaiting(part) + embedding.countFailed(part),
  };
  const { budgetStops, costBook } = ctx.use(costStore);
  const { textSizes } = ctx.use(embeddingFeature);
  const spending = createEstimateSpending({ ...ctx, budgetStops, costs: costBook, sizes: textSizes });
  catalogue.extend(customOperations.operations);
  return {
    ...ctx.use(jobs),
    customOperations: { ...customOperations, start, stop },
    entryCounts,
    spending,
    liveIndex: ctx.use(index).liveIndex,
    idempotency: createIdempotency(ctx.caches),
  };
}
