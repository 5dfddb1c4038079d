// What the feature consists of, built from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { createLibraryCounts } from './counts.ts';
import { createSqliteQueue } from './sqlite-queue.ts';

export type EmbeddingParts = ReturnType<typeof createEmbeddingParts>;
export type EmbeddingContext = Kernel & EmbeddingParts;

export function createEmbeddingParts(ctx: Context) {
  return {
    repository: ctx.use(jobs).repository,
    counts: createLibraryCounts(ctx.library),
    impatientQueue: createSqliteQueue(ctx.library),
  };
}
