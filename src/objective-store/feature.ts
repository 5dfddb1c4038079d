// The objectives that are declared, and the values that people have given them.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createObjectiveRepository } from './objective-repository.ts';
import { createObjectives } from './objectives.ts';

export const objectiveStore: Feature<ReturnType<typeof createParts>> = {
  name: 'objective-store',
  create: createParts,
};

function createParts(ctx: Context) {
  const objectiveRepository = createObjectiveRepository(ctx.ops);
  return { objectives: createObjectives({ ...ctx, objectiveRepository }) };
}
