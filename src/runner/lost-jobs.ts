// Names the jobs that were lost with the last server, until the operation runs again.
import type { Check, Found } from '../core/check.ts';
import type { Kernel } from '../core/kernel.ts';
import { plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import type { JobRepository } from '../jobs/repository.ts';

type Sources = Pick<Kernel, 'catalogue'> & { repository: Pick<JobRepository, 'find' | 'lastOf'> };

export const lostJobsHead = { id: 'lost-jobs', component: 'runner', title: 'Lost jobs' };

/** `lost`: the numbers of the jobs that this server found lost at its start. */
export function lostJobsCheck(sources: Sources, lost: () => number[]): Check {
  return {
    ...lostJobsHead,
    everySec: 60,
    dirtyOn: ['job', 'jobs-removed'],
    look() {
      const found = findLost(sources, lost());
      return { says: 'No job was lost.', found: found ? [found] : [] };
    },
  };
}

function findLost({ catalogue, repository }: Sources, lost: number[]): Found | null {
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
    subject: 'lost',
    severity: 'warning',
    title: `${names.join(' and ')} ${open.length === 1 ? 'was' : 'were'} lost when the server ended`,
    text: `No partial result is in use. Run ${open.length === 1 ? 'it' : `the ${plural(open.length, 'job')}`} again.`,
    stops: [],
    since: first.finished_at ?? first.created_at,
    fix:
      open.length === 1
        ? { href: url(`/jobs/${first.number}`), label: 'Open the job' }
        : { href: url('/jobs', { status: 'failed' }), label: 'Show failed jobs' },
  };
}
