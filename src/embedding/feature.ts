// Embedding: the embedders, the queue of entries that wait for one, and what is counted of library and queue.
import type { Context } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import type { Feature } from '../web/feature.ts';
import { createLibraryCounts } from './counts.ts';
import { databaseCheck } from './database-check.ts';
import { createSqliteQueue } from './sqlite-queue.ts';

export const embedding: Feature<ReturnType<typeof createEmbeddingParts>> = {
  name: 'embedding',
  create: createEmbeddingParts,
  checks: (ctx) => [databaseCheck(ctx)],
};

function createEmbeddingParts(ctx: Context) {
  return {
    repository: ctx.use(jobs).repository,
    counts: createLibraryCounts(ctx.library),
    impatientQueue: createSqliteQueue(ctx.library),
  };
}
