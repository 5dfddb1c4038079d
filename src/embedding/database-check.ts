// Checks that both databases can be read, and that no damage is known.
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
    dirtyOn: ['job', 'library', 'sample'],
    health: () => findHealth(sources),
    problem: () => findProblem(sources),
  };
}

function findHealth({ damage, counts, repository }: Sources): Health {
  const damaged = damage.found();
  if (damaged.length > 0) return { status: 'unhealthy', detail: messagesOf(damaged) };
  try {
    repository.newest(1);
    const checking = damage.isChecking() ? '; being checked for damage' : '';
    return { status: 'healthy', detail: `${formatNumber(counts.totals().entries)} entries${checking}` };
  } catch (error) {
    return { status: 'unhealthy', detail: explain(error) };
  }
}

function findProblem({ damage }: Sources): Problem | null {
  const damaged = damage.found();
  const [first] = damaged;
  if (!first) return null;
  const { since } = first;
  return { tone: 'bad', title: 'Jobs fail: a database is damaged', text: messagesOf(damaged), since };
}

function messagesOf(damaged: { message: string }[]): string {
  return damaged.map(({ message }) => message).join(' ');
}
