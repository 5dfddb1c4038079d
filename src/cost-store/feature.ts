// The store of usage, which counts where something is spent.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createUsageRepository } from './usage-repository.ts';

export const costStore: Feature<ReturnType<typeof createParts>> = {
  name: 'cost-store',
  create: createParts,
};

function createParts({ ops }: Context) {
  return { usageRepository: createUsageRepository(ops) };
}
