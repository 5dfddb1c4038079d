// The store of named sheets, which operations name in their arguments.
import type { Context } from '../core/kernel.ts';
import { createLibrary } from '../library/repository.ts';
import type { Feature } from '../web/feature.ts';
import { createOptionLists } from './option-lists.ts';
import { createSourceRepository } from './source-repository.ts';

export const sourceStore: Feature<ReturnType<typeof createParts>> = {
  name: 'source-store',
  create: createParts,
};

function createParts({ ops, library }: Context) {
  const sourceRepository = createSourceRepository(ops);
  return { sourceRepository, options: createOptionLists(sourceRepository, createLibrary(library)) };
}
