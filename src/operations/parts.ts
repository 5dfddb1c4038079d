// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { createEmbeddingRepository } from '../embedding/repository.ts';
import type { EntryCounts } from '../core/operation.ts';
import { index } from '../index/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { scheduleStore } from '../schedule-store/feature.ts';
import { createIdempotency } from './idempotency.ts';
import { createCustomOperations } from './custom-operations.ts';

export type OperationContext = Kernel & ReturnType<typeof createOperationParts>;

export function createOperationParts(ctx: Context) {
  const { config, bus, catalogue, log, reservedNames } = ctx;
  const {
    jobs: jobVerbs,
    lockQueue,
    repository,
    readArguments,
    assertPossible,
    libraryState,
  } = ctx.use(jobs);
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
  catalogue.extend(customOperations.operations);
  return {
    customOperations: { ...customOperations, start, stop },
    jobs: jobVerbs,
    lockQueue,
    repository,
    readArguments,
    assertPossible,
    libraryState,
    entryCounts,
    liveIndex: ctx.use(index).liveIndex,
    nextRuns: ctx.use(scheduleStore).nextRuns,
    idempotency: createIdempotency(ctx.caches),
  };
}
