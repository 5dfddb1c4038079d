// Checks that both databases can be read.
import type { Check } from '../core/check.ts';
import { formatNumber } from '../core/format.ts';
import type { EmbeddingContext } from './parts.ts';

export function databaseCheck({
  counts,
  repository,
}: Pick<EmbeddingContext, 'counts' | 'repository'>): Check {
  return {
    name: 'database',
    health() {
      try {
        repository.newest(1);
        return { status: 'healthy', detail: `${formatNumber(counts.totals().entries)} entries` };
      } catch (error) {
        return { status: 'unhealthy', detail: (error as Error).message };
      }
    },
  };
}
