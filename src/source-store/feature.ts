// The store of named sheets, which operations name in their arguments.
import type { Context } from '../core/kernel.ts';
import { createLibrary } from '../library/repository.ts';
import type { Feature } from '../web/feature.ts';
import { createOptionLists } from './option-lists.ts';
import { createSourceRepository } from './source-repository.ts';

export const sourceStore: Feature<ReturnType<typeof createParts>> = {
  name: 'source-store',
  create: createParts,
  options: ({ library, sourceRepository }) => createOptionLists(sourceRepository, createLibrary(library)),
};

function createParts({ ops }: Context) {
  return { sourceRepository: createSourceRepository(ops) };
}
