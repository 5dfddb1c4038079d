// Embedding: the embedders, the queue of entries that wait for one, and what is counted of library and queue.
import type { Context } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import type { Feature } from '../web/feature.ts';
import { createLibraryCounts } from './counts.ts';
import { databaseCheck } from './database-check.ts';
import { createSqliteQueue } from './sqlite-queue.ts';
import { createTextSizes } from './text-size-repository.ts';

export const embedding: Feature<ReturnType<typeof createEmbeddingParts>> = {
  name: 'embedding',
  create: createEmbeddingParts,
  checks: (ctx) => [databaseCheck(ctx)],
};

function createEmbeddingParts(ctx: Context) {
  const counts = createLibraryCounts(ctx.library);
  return {
    repository: ctx.use(jobs).repository,
    counts,
    textSizes: createTextSizes(ctx.library, counts),
    impatientQueue: createSqliteQueue(ctx.library),
  };
}
