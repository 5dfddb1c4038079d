// Checks that both databases can be read. Damage is met when a page of the file is needed, so what jobs and requests have met
// counts as well.
import type { Check, Health, Problem } from '../core/check.ts';
import { explain } from '../core/faults.ts';
import { formatNumber } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { LibraryCounts } from './counts.ts';

type Sources = Pick<Kernel, 'damage'> & {
  counts: LibraryCounts;
  repository: Pick<JobRepository, 'newest'>;
};

export function databaseCheck(sources: Sources): Check {
  return {
    name: 'database',
    dirtyOn: ['job', 'library'],
    health: () => findHealth(sources),
    problem: () => findProblem(sources),
  };
}

function findHealth({ damage, counts, repository }: Sources): Health {
  const [damaged] = damage.found();
  if (damaged) return { status: 'unhealthy', detail: damaged.message };
  try {
    repository.newest(1);
    return { status: 'healthy', detail: `${formatNumber(counts.totals().entries)} entries` };
  } catch (error) {
    return { status: 'unhealthy', detail: explain(error) };
  }
}

function findProblem({ damage }: Sources): Problem | null {
  const [damaged] = damage.found();
  if (!damaged) return null;
  const { message, since } = damaged;
  return { tone: 'bad', title: 'Jobs fail: a database is damaged', text: message, since };
}
