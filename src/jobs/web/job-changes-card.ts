// Notifies filtered job lists that a job has changed, so that they reload. Its content is a digest of what a list can show.
import { createHash } from 'node:crypto';
import type { SharedCard } from '../../web/card.ts';
import type { JobContext } from '../parts.ts';

type Sources = Pick<JobContext, 'listing' | 'repository' | 'catalogue'>;

export const jobChangesCard = (ctx: Sources): SharedCard => ({
  name: 'job-changes',
  host: 'job-changes',
  path: '/ui/jobs/changes',
  dirtyOn: ['job', 'operations'],
  load: () => ({ digest: digestOfJobs(ctx) }),
});

/** Stays the same until some list of jobs could look different. */
export function digestOfJobs({ listing, repository, catalogue }: Sources): string {
  const operations = catalogue.all().map(({ name }) => name);
  const state = [listing.newestNumber(), listing.everyCount(), repository.active(), operations];
  return createHash('sha1').update(JSON.stringify(state)).digest('base64url');
}
