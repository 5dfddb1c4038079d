// Undo: puts back what an import or a removal has changed.
import type { Context } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import type { Feature } from '../web/feature.ts';
import { listUndoable } from './undoable.ts';
import { undoPart } from './web/undo-part.ts';

const create = (ctx: Context) => ({ repository: ctx.use(jobs).repository });

export const undo: Feature<ReturnType<typeof create>> = {
  name: 'undo',
  create,
  options: (ctx) => ({ undoable: () => listUndoable(ctx) }),
  jobParts: (ctx) => [undoPart(ctx)],
};
