// An invisible card whose content is a digest of all that a job list can show. When it changes, the open lists fetch
// themselves again: they are filtered by their address, so they cannot be cards.
import { createHash } from 'node:crypto';
import type { SharedCard } from '../../web/card.ts';
import type { JobContext } from '../parts.ts';

type Sources = Pick<JobContext, 'listing' | 'repository' | 'catalogue'>;

export const jobChangesCard = (ctx: Sources): SharedCard => ({
  name: 'job-changes',
  host: 'job-changes',
  path: '/ui/jobs/changes',
  dirtyOn: ['job', 'jobs-removed', 'operations'],
  load: () => ({ digest: digestOfJobs(ctx) }),
});

/** Changes with every new, removed or running job, every change of a status, and the operations by which lists filter. */
export function digestOfJobs({ listing, repository, catalogue }: Sources): string {
  const operations = catalogue.all().map(({ name }) => name);
  const state = [listing.newestNumber(), listing.countsByStatus(), repository.active(), operations];
  return createHash('sha1').update(JSON.stringify(state)).digest('base64url');
}
