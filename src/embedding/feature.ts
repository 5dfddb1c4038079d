// Embedding: the embedders, the queue of entries that wait for one, and what is counted of library and queue.
import { formatNumber } from '../core/format.ts';
import type { Context } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import type { Feature } from '../web/feature.ts';
import { createLibraryCounts } from './counts.ts';
import { createSqliteQueue } from './sqlite-queue.ts';

export const embedding: Feature<ReturnType<typeof createEmbeddingParts>> = {
  name: 'embedding',
  create: createEmbeddingParts,
  checks: ({ counts, repository }) => [
    {
      name: 'database',
      /** Whether both databases can be read. */
      health() {
        try {
          repository.newest(1);
          return { status: 'healthy', detail: `${formatNumber(counts.totals().entries)} entries` };
        } catch (error) {
          return { status: 'unhealthy', detail: (error as Error).message };
        }
      },
    },
  ],
};

function createEmbeddingParts(ctx: Context) {
  return {
    repository: ctx.use(jobs).repository,
    counts: createLibraryCounts(ctx.library),
    impatientQueue: createSqliteQueue(ctx.library),
  };
}
