// The store of checklists.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createChecklistRepository } from './checklist-repository.ts';

export const checklist: Feature<ReturnType<typeof createParts>> = {
  name: 'checklist',
  create: createParts,
};

function createParts({ ops }: Context) {
  return { checklistRepository: createChecklistRepository(ops) };
}
