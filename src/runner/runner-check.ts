import type { Check } from '../core/check.ts';
import { plural } from '../core/format.ts';
import type { JobListing } from '../jobs/listing.ts';

export const runnerHead = { id: 'runner', component: 'runner', title: 'Runner' };

/** Says how many jobs run; jobs that fail are on their pages. */
export function runnerCheck({ listing }: { listing: JobListing }): Check {
  return {
    ...runnerHead,
    everySec: 60,
    dirtyOn: ['job'],
    look: () => ({ says: `${plural(listing.counts().running, 'job')} running`, found: [] }),
  };
}
