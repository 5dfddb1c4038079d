// The store of maintenance windows, which the lock queue and the runner read.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createWindowRepository } from './window-repository.ts';

export const windowStore: Feature<ReturnType<typeof createParts>> = {
  name: 'window-store',
  create: createParts,
};

function createParts({ ops }: Context) {
  return { windowRepository: createWindowRepository(ops) };
}
