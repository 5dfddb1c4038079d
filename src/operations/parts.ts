// What the feature consists of, built from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { index } from '../index/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { createIdempotency } from './idempotency.ts';
import { createCustomOperations } from './custom-operations.ts';

export type OperationParts = ReturnType<typeof createOperationParts>;
export type OperationContext = Kernel & OperationParts;

export function createOperationParts(ctx: Context) {
  const { config, bus, catalogue, reservedNames, now } = ctx;
  const { jobs: jobVerbs, lockQueue, repository } = ctx.use(jobs);
  const customOperations = createCustomOperations({
    file: config.operationsFile,
    reserved: reservedNames,
    intervalMs: config.telemetryIntervalMs,
    onChange: () => bus.emit('operations'),
  });
  catalogue.extend(customOperations.operations);
  return {
    customOperations,
    jobs: jobVerbs,
    lockQueue,
    repository,
    liveIndex: ctx.use(index).liveIndex,
    idempotency: createIdempotency(now),
  };
}
