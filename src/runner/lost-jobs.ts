// Names the jobs that were lost with the last server, until the operation runs again.
import type { Check, Problem } from '../core/check.ts';
import type { Kernel } from '../core/kernel.ts';
import { plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import type { JobRepository } from '../jobs/repository.ts';

type Sources = Pick<Kernel, 'catalogue'> & { repository: Pick<JobRepository, 'find' | 'lastOf'> };

/** `lost`: the numbers of the jobs that this server found lost at its start. */
export function lostJobsCheck(sources: Sources, lost: () => number[]): Check {
  return {
    name: 'lost-jobs',
    problem: () => findProblem(sources, lost()),
    dirtyOn: ['job', 'jobs-removed'],
  };
}

function findProblem({ catalogue, repository }: Sources, lost: number[]): Problem | null {
  const open = lost
    .map((number) => repository.find(String(number)))
    .filter((job) => job !== null)
    .filter(({ number, operation }) => repository.lastOf(operation)?.number === number);
  const [first] = open;
  if (!first) return null;
  const names = open.map(
    ({ operation, number }) => `${catalogue.find(operation)?.title ?? operation} #${number}`,
  );
  return {
    tone: 'warn',
    title: `${names.join(' and ')} ${open.length === 1 ? 'was' : 'were'} lost when the server ended`,
    text: `No partial result is in use. Run ${open.length === 1 ? 'it' : `the ${plural(open.length, 'job')}`} again.`,
    since: first.finished_at ?? first.created_at,
    action:
      open.length === 1
        ? { href: url(`/jobs/${first.number}`), label: 'Open the job' }
        : { href: url('/jobs', { status: 'failed' }), label: 'Show failed jobs' },
  };
}
